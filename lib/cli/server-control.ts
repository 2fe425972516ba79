import type { LaunchRequest } from "../daemon/command.ts";
import { readCrashes } from "../daemon/crashes.ts";
import { type Health, reachableUrl } from "../daemon/health.ts";
import type { NotStarted } from "../daemon/launch.ts";
import type { ServerRecord } from "../daemon/pid-file.ts";
import { freePort } from "../daemon/port-owner.ts";
import { serverProgram } from "../daemon/program.ts";
import { stateDir } from "../daemon/state-dir.ts";
import { type OpenedConfig, openConfig } from "./configuration.ts";
import { duration, tildePath } from "./terminal.ts";
import { CommandFailed, numberValue, stringValue, type VerbContext } from "./verb.ts";
import { crashWords, faultLine, ownerWords } from "./words.ts";

/** A start may take this long on a machine that is busy; it usually takes a quarter of a second. */
const START_TIMEOUT_MS = 15_000;

export interface ServerPlan {
  request: LaunchRequest;
  config: OpenedConfig;
}

/**
 * What starting a server means here: which configuration, which address.
 * @param before the server that is to be replaced: what it was given, the new one is given too
 */
export async function planServer(context: VerbContext, before?: ServerRecord): Promise<ServerPlan> {
  const { env } = context;
  const given = before?.given ?? {};
  const wantedConfig = stringValue(context, "config") ?? given.config ?? before?.configPath;
  const config = await openConfig(env, wantedConfig);
  const wantedPort = numberValue(context, "port") ?? given.port;
  const port = await realPort(wantedPort ?? config.port, config.host);
  const kept = wantsKeeper(context) ?? given.kept ?? true;
  const server = {
    host: config.host,
    port,
    configPath: config.path,
    given: {
      ...(wantedConfig !== undefined && { config: config.path }),
      ...((wantedPort !== undefined || config.port === 0) && { port }),
      ...(!kept && { kept }),
    },
  };
  return {
    config,
    request: { program: serverProgram(), state: stateDir(env), env, server, kept, timeoutMs: START_TIMEOUT_MS },
  };
}

/** @returns undefined when nothing was said about it */
function wantsKeeper({ values }: VerbContext): boolean | undefined {
  if (values["no-supervise"] === true) return false;
  return values.supervise === true ? true : undefined;
}

/** Port 0 means any; the server is told which, so that we know where to ask. */
async function realPort(port: number, host: string): Promise<number> {
  return port === 0 ? freePort(0, host) : port;
}

/** Says that a missing configuration was created. */
export function sayCreated({ terminal, env }: VerbContext, config: OpenedConfig, say = terminal.out): void {
  if (config.created) say(`Created ${tildePath(config.path, env)} from the template.`);
}

/** What is true once the server runs. */
export function sayRunning(context: VerbContext, record: ServerRecord, health: Health, title: string): void {
  const { terminal, env } = context;
  const { paint } = terminal;
  const url = reachableUrl(record.host, record.port);
  terminal.out(`${paint.green("●")} ${title}: ${paint.bold(url)}`);
  const faults = health.config?.faults ?? [];
  if (faults.length > 0) {
    terminal.out(`  The configuration file has faults, so the last good one is in use. See: ccmctl config check`);
  }
  if (!(health.providers ?? []).some(({ state }) => state !== "no_key" && state !== "disabled")) {
    terminal.out(`  No provider has a key or login yet: run ${paint.cyan("ccm-quickstart")}, or open ${url}`);
    return;
  }
  terminal.out(`  Page          ${url}`);
  terminal.out(
    `  Claude Code   ${paint.cyan("ccmctl code")}, or ${paint.cyan('eval "$(ccmctl env)"')} and then claude`,
  );
  terminal.out(`  Configured in ${tildePath(record.configPath, env)}`);
}

/** @throws {CommandFailed} always: why the server did not start, and what to do */
export function failStart(
  context: VerbContext,
  plan: ServerPlan,
  result: NotStarted | { ok: false; reason: "hung"; pid: number },
): never {
  const { terminal, env } = context;
  const { server, timeoutMs } = plan.request;
  switch (result.reason) {
    case "hung":
      throw new CommandFailed(`The server (pid ${result.pid}) runs but does not answer.`, [
        ...crashWords(readCrashes(plan.request.state), Date.now()),
        "Replace it: ccmctl restart",
        "Its log:    ccmctl logs",
      ]);
    case "address":
      throw new CommandFailed(`The server was not started: one cannot listen at ${server.host}.`, [
        ...result.log,
        "Change server.host or server.port: ccmctl config edit",
      ]);
    case "port":
      throw new CommandFailed(`The server was not started: ${ownerWords(server.port, result.owner)}.`, [
        `Stop that process, or use another port: ccmctl start --port ${server.port + 1}`,
        "For good: server.port in the configuration (ccmctl config edit)",
      ]);
    case "config": {
      const faults = plan.config.faults.map((fault) => faultLine(fault, env, terminal.paint));
      throw new CommandFailed("The server was not started: the configuration has faults.", [
        ...(faults.length > 0 ? faults : result.log),
        "Mend it: ccmctl config edit",
      ]);
    }
    case "timeout":
      throw new CommandFailed(
        `The server did not answer within ${duration(timeoutMs / 1000)} and was ended.`,
        result.log,
      );
    case "exited":
      throw new CommandFailed(
        `The server ended while it started (${result.exitCode === null ? "killed" : `exit code ${result.exitCode}`}).`,
        result.log.length > 0 ? ["Its last words:", ...result.log] : ["It said nothing."],
      );
  }
}
