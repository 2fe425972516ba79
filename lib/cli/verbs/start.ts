import { runInForeground } from "../../daemon/foreground.ts";
import { SERVER_EXIT } from "../../daemon/launch.ts";
import { portOwner } from "../../daemon/port-owner.ts";
import { startServer } from "../../daemon/start.ts";
import { failStart, planServer, type ServerPlan, sayCreated, sayRunning } from "../server-control.ts";
import { EXIT } from "../terminal.ts";
import { CommandFailed, type VerbContext } from "../verb.ts";
import { ownerWords } from "../words.ts";

export async function run(context: VerbContext): Promise<number> {
  const plan = await planServer(context);
  sayCreated(context, plan.config);
  if (context.values.foreground === true) return inForeground(plan);
  const result = await startServer(plan.request);
  if (!result.ok) failStart(context, plan, result);
  if ("already" in result) {
    const { record, health } = result.already;
    sayRunning(context, record, health, `claude-code-mux ${health.version} already runs (pid ${record.pid})`);
    if (differs(plan, record)) context.terminal.out("  To use other settings: ccmctl restart with the same options");
    return EXIT.ok;
  }
  const { record, health, ms } = result;
  sayRunning(
    context,
    record,
    health,
    `claude-code-mux ${health.version} started in ${(ms / 1000).toFixed(1)} s (pid ${record.pid})`,
  );
  return EXIT.ok;
}

/** Was something asked for that the running server does not do? */
function differs({ request: { server } }: ServerPlan, running: ServerPlan["request"]["server"]): boolean {
  const { given } = server;
  return (given.port !== undefined && given.port !== running.port) || server.configPath !== running.configPath;
}

async function inForeground(plan: ServerPlan): Promise<number> {
  const result = await runInForeground(plan.request);
  if (!result.ran) {
    throw new CommandFailed(`The server already runs (pid ${result.found.record.pid}).`, [
      "Stop it first: ccmctl stop",
    ]);
  }
  if (result.exitCode === SERVER_EXIT.port) {
    const { port } = plan.request.server;
    throw new CommandFailed(`The server was not started: ${ownerWords(port, portOwner(port))}.`);
  }
  return result.exitCode === 0 ? EXIT.ok : EXIT.failed;
}
