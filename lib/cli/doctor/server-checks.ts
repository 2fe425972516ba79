import type { Found } from "../../daemon/find.ts";
import { type Health, reachableUrl } from "../../daemon/health.ts";
import type { PortOwner } from "../../daemon/port-owner.ts";
import type { OpenedConfig } from "../configuration.ts";
import { loginTrouble } from "../login-words.ts";
import { counted, painter, tildePath } from "../terminal.ts";
import { failureWords, faultLine, ownerWords } from "../words.ts";
import { type Finding, hint, ok, wrong } from "./finding.ts";

const PLAIN = painter(false);

/** The configuration file: sound, and does it offer anybody who could answer? */
export function checkConfig(config: OpenedConfig, env: NodeJS.ProcessEnv): Finding[] {
  const file = tildePath(config.path, env);
  if (!config.exists) return [wrong(`There is no configuration yet (${file})`, "ccm-quickstart")];
  if (config.faults.length > 0) {
    return config.faults.map((fault) => wrong(faultLine(fault, env, PLAIN), "ccmctl config edit"));
  }
  const enabled = [...(config.settings?.providers.values() ?? [])].filter((provider) => provider.enabled);
  if (enabled.length === 0) return [wrong(`No provider is configured in ${file}`, "ccm-quickstart")];
  const notes = config.notes.map((note) => hint(faultLine(note, env, PLAIN)));
  return [ok(`The configuration ${file} is valid, ${counted(enabled.length, "provider")} enabled`), ...notes];
}

/** The process: there, answering, and ours. */
export function checkServer(
  found: Found,
  port: number,
  owner: PortOwner | undefined,
  about: { version: string; expectsIt: boolean },
): Finding[] {
  if (found.state === "stopped") {
    if (owner)
      return [
        wrong(`The server is stopped, and ${ownerWords(port, owner)}`, "Stop that process, or: ccmctl start --port N"),
      ];
    const why = about.expectsIt ? ", while this shell points Claude Code at it" : "";
    return [wrong(`The server is stopped${why}`, "ccmctl start")];
  }
  const { record } = found;
  if (found.state === "unhealthy") return [wrong(`The server (pid ${record.pid}) does not answer`, "ccmctl restart")];
  const running = ok(
    `The server runs at ${reachableUrl(record.host, record.port)} (pid ${record.pid}, ${found.health.version})`,
  );
  if (found.health.version === about.version) return [running];
  return [running, hint(`It is version ${found.health.version}; this is ${about.version}`, "ccmctl restart")];
}

/** What the running server knows of its providers. */
export function checkProviders(
  health: Health,
  env: NodeJS.ProcessEnv,
  keyVariables: ReadonlyMap<string, string>,
): Finding[] {
  return (health.providers ?? []).flatMap((provider) => {
    const why = failureWords(provider.last_failure);
    const told = why === undefined ? "" : ` (${why})`;
    const variable = keyVariables.get(provider.name);
    const login = provider.state === "needs_login" ? loginTrouble(provider) : undefined;
    if (login) return [wrong(`Provider ${provider.name}: ${login.what}`, login.mend)];
    switch (provider.state) {
      case "needs_login":
        return [
          wrong(
            `Provider ${provider.name} refuses its key or login${told}`,
            "ccmctl config edit, or sign in on the page",
          ),
        ];
      case "no_key":
        return variable !== undefined && env[variable]
          ? [
              wrong(
                `Provider ${provider.name}: ${variable} is set here, but the server was started without it`,
                "ccmctl restart",
              ),
            ]
          : [
              wrong(
                `Provider ${provider.name} has no key${variable === undefined ? "" : `: ${variable} is not set`}`,
                "ccmctl config edit",
              ),
            ];
      case "cooling":
        return [hint(`Provider ${provider.name} failed a moment ago and is being left alone${told}`)];
      default:
        return isModelMissing(provider.last_failure)
          ? [
              hint(
                `Provider ${provider.name} did not know a model lately${told}`,
                "ccmctl models, and mend the mapping's model",
              ),
            ]
          : [];
    }
  });
}

function isModelMissing(failure: unknown): boolean {
  return (
    typeof failure === "object" && failure !== null && (failure as { reason?: unknown }).reason === "model_missing"
  );
}
