import type { LogLevel } from "./log.ts";

/** Writes for people who watch a terminal: times, colours and signs. Loaded only when somebody does. */
export async function terminalLog(): Promise<(text: string, level: LogLevel) => void> {
  const { createConsola } = await import("consola");
  // What is too detailed was left out already.
  const consola = createConsola({ level: Number.POSITIVE_INFINITY, formatOptions: { date: true } });
  return (text, level) => consola[level === "trace" ? "debug" : level](text);
}
