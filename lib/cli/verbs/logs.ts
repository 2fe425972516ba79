import { LOG_LEVELS } from "../../config/schema.ts";
import { endOf, followFile } from "../../daemon/log-tail.ts";
import { stateDir } from "../../daemon/state-dir.ts";
import { lastLogLines } from "../log-history.ts";
import { jsonLine, logFilter, paintLine } from "../log-lines.ts";
import { EXIT, tildePath } from "../terminal.ts";
import { numberValue, stringValue, type VerbContext } from "../verb.ts";

const DEFAULT_LINES = 50;
/** More than the bounded log can hold. */
const ALL = Number.MAX_SAFE_INTEGER;

export async function run(context: VerbContext): Promise<number> {
  const { terminal, env, values } = context;
  const { logFile } = stateDir(env);
  const end = endOf(logFile);
  const level = LOG_LEVELS.find((name) => name === values.level);
  const text = stringValue(context, "find");
  const isWanted = logFilter({ level, text });
  const print = (line: string): void =>
    terminal.out(values.json === true ? jsonLine(line) : paintLine(line, terminal.paint));
  const show = (line: string): void => {
    if (isWanted(line)) print(line);
  };
  const count = numberValue(context, "lines") ?? DEFAULT_LINES;
  // With a filter, the last so many that are wanted: they may stand anywhere.
  const isFiltered = level !== undefined || text !== undefined;
  const found = isFiltered
    ? lastLogLines(logFile, ALL).filter(logFilter({ level, text }))
    : lastLogLines(logFile, count);
  for (const line of count === 0 ? [] : found.slice(-count)) print(line);
  if (end === 0) terminal.err(terminal.paint.dim(`The log ${tildePath(logFile, env)} is empty; the server writes it.`));
  if (values.follow !== true) return EXIT.ok;

  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
  let rest = "";
  const onText = (part: string): void => {
    const lines = (rest + part).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) show(line);
  };
  followFile(logFile, end, onText, stop.signal);
  await new Promise((resolve) => stop.signal.addEventListener("abort", resolve));
  return EXIT.ok;
}
