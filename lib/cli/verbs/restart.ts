import { restartServer, runningServer } from "../../daemon/restart.ts";
import { stateDir } from "../../daemon/state-dir.ts";
import { failStart, planServer, sayCreated, sayRunning } from "../server-control.ts";
import { EXIT } from "../terminal.ts";
import { CommandFailed, type VerbContext } from "../verb.ts";
import { faultLine } from "../words.ts";

export async function run(context: VerbContext): Promise<number> {
  const { terminal, env } = context;
  const before = runningServer(stateDir(env));
  if (before?.foreground) {
    throw new CommandFailed(`The server (pid ${before.pid}) runs in a terminal or under a service manager.`, [
      "Restart it there.",
    ]);
  }
  const plan = await planServer(context, before);
  sayCreated(context, plan.config);
  if (before && plan.config.faults.length > 0) {
    throw new CommandFailed("Not restarted: the configuration has faults. The running server goes on as it was.", [
      ...plan.config.faults.map((fault) => faultLine(fault, env, terminal.paint)),
      "Mend it: ccmctl config edit",
    ]);
  }
  const result = await restartServer(plan.request);
  if (!result.ok) failStart(context, plan, result);
  const { record, health, ms } = result;
  const did = result.before === undefined ? "started" : "restarted";
  sayRunning(
    context,
    record,
    health,
    `claude-code-mux ${health.version} ${did} in ${(ms / 1000).toFixed(1)} s (pid ${record.pid})`,
  );
  if (result.gap)
    terminal.out("  The server before could not hand over, so requests may have been refused for a moment.");
  return EXIT.ok;
}
