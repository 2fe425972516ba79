import { endOf, followFile, lastLines } from "../../daemon/log-tail.ts";
import { stateDir } from "../../daemon/state-dir.ts";
import { EXIT, tildePath } from "../terminal.ts";
import { numberValue, type VerbContext } from "../verb.ts";

const DEFAULT_LINES = 50;

export async function run(context: VerbContext): Promise<number> {
  const { terminal, env, values } = context;
  const { logFile } = stateDir(env);
  const end = endOf(logFile);
  for (const line of lastLines(logFile, numberValue(context, "lines") ?? DEFAULT_LINES)) terminal.out(line);
  if (end === 0) terminal.err(terminal.paint.dim(`The log ${tildePath(logFile, env)} is empty; the server writes it.`));
  if (values.follow !== true) return EXIT.ok;

  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
  followFile(logFile, end, (text) => terminal.write(text), stop.signal);
  await new Promise((resolve) => stop.signal.addEventListener("abort", resolve));
  return EXIT.ok;
}
