import { stateDir } from "../../daemon/state-dir.ts";
import { graceMs, stopServer } from "../../daemon/stop.ts";
import { serverAddress } from "../configuration.ts";
import { EXIT } from "../terminal.ts";
import type { VerbContext } from "../verb.ts";

export async function run(context: VerbContext): Promise<number> {
  const { terminal, env, values } = context;
  const grace = values.now === true ? 0 : graceMs(env);
  const result = await stopServer({
    state: stateDir(env),
    address: await serverAddress(context),
    graceMs: grace,
    onDraining: () =>
      terminal.out(
        `Waiting up to ${Math.ceil(grace / 1000)} s for open answers to finish (ccmctl stop --now does not wait) …`,
      ),
  });
  if (!result.stopped) terminal.out("The server is not running.");
  else if (result.killed) terminal.out(`The server (pid ${result.pid}) did not end by itself and was killed.`);
  else terminal.out(`Stopped (pid ${result.pid}).`);
  if (result.stopped && pointsAtUs(env)) {
    terminal.out(`Claude Code in this shell still points at it. Undo that: eval "$(ccmctl env --unset)"`);
  }
  return EXIT.ok;
}

function pointsAtUs(env: NodeJS.ProcessEnv): boolean {
  return /^http:\/\/(127\.0\.0\.1|localhost|\[::1\])[:/]/.test(env.ANTHROPIC_BASE_URL ?? "");
}
