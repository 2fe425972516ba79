import { spawn } from "node:child_process";
import { constants } from "node:os";
import { startServer } from "../../daemon/start.ts";
import { clientEnv } from "../client-env.ts";
import { connectionTo } from "../connection.ts";
import { failStart, planServer, sayCreated } from "../server-control.ts";
import { CommandFailed, type VerbContext } from "../verb.ts";

/** What a shell answers for a command that it does not find. */
const NOT_FOUND = 127;

export async function run(context: VerbContext): Promise<number> {
  const { terminal, env, operands } = context;
  const plan = await planServer(context);
  sayCreated(context, plan.config);
  const started = await startServer(plan.request);
  if (!started.ok) failStart(context, plan, started);
  const record = "already" in started ? started.already.record : started.record;
  const connection = connectionTo(plan.config, record);
  const { set, unset } = clientEnv(connection, env);
  const childEnv = { ...env, ...set };
  for (const name of unset) delete childEnv[name];
  if (!("already" in started)) terminal.err(terminal.paint.dim(`claude-code-mux started: ${connection.url}`));
  return runClaude(operands, childEnv);
}

/** Runs it in this terminal; its end is ours. */
function runClaude(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const child = spawn("claude", args, { stdio: "inherit", env });
  // The terminal sends Ctrl-C to both of us; it is claude's to act upon. The others reach only us.
  const ignore = () => undefined;
  process.on("SIGINT", ignore);
  process.on("SIGQUIT", ignore);
  for (const signal of ["SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2"] as const)
    process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") return reject(error);
      reject(
        new CommandFailed(
          "Claude Code (`claude`) was not found on PATH.",
          ["Install it: npm install -g @anthropic-ai/claude-code", "Then again: ccmctl code"],
          NOT_FOUND,
        ),
      );
    });
    child.once("exit", (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)));
  });
}
