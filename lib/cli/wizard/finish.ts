import { reachableUrl } from "../../daemon/health.ts";
import { startServer } from "../../daemon/start.ts";
import { failStart, planServer } from "../server-control.ts";
import { table } from "../terminal.ts";
import type { VerbContext } from "../verb.ts";
import { type PresetName, preset } from "./presets.ts";
import type { Session } from "./session.ts";

/**
 * Starts the server with what was set up; one that runs already uses it by itself.
 * @returns its address, and what became true, in one sentence
 * @throws {CommandFailed} when it does not start
 */
export async function startNow(session: Session): Promise<{ url: string; words: string }> {
  const context = asVerb(session);
  const plan = await planServer(context);
  const result = await startServer(plan.request);
  if (!result.ok) failStart(context, plan, result);
  const { record } = "already" in result ? result.already : result;
  const url = reachableUrl(record.host, record.port);
  const took = "ms" in result ? ` It took ${(result.ms / 1000).toFixed(1)} s.` : "";
  const words = "already" in result ? "The server runs already and uses it" : "The server is started";
  return { url, words: `${words}: ${url}.${took}` };
}

/** What is left to do, as commands. @param url address of the server, when it runs */
export function nextSteps({ terminal }: Session, name: PresetName | undefined, url: string | undefined): string[] {
  const { paint } = terminal;
  const logins = name === undefined ? [] : preset(name).logins;
  const page = paint.cyan(url ?? "http://127.0.0.1:13456");
  return table([
    ...(name === "custom" ? [["Change it", `${paint.cyan("ccmctl config edit")}, or on the page`]] : []),
    ...(url === undefined ? [["Start it", paint.cyan("ccmctl start")]] : []),
    ...(logins.length > 0 ? [["Sign in", `${page}, tab Providers; or, one by one:`]] : []),
    ...logins.map((login) => ["", paint.cyan(`ccmctl login ${login}`)]),
    ["Claude Code", `${paint.cyan("ccmctl code")}, or ${paint.cyan('eval "$(ccmctl env)"')} and then claude`],
    ["Look at it", `${page}, or ${paint.cyan("ccmctl status")}`],
  ]);
}

/** The wizard starts the server as `ccmctl start --config PATH` would. */
function asVerb({ terminal, env, path }: Session): VerbContext {
  return { terminal, env, values: { config: path }, operands: [] };
}
