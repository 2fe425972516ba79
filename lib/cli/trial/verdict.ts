import type { Painter } from "../terminal.ts";
import type { TrialResult } from "./conduct.ts";
import type { Wish } from "./simulation.ts";
import { isComplete } from "./timeline.ts";

/** What a trial has shown, in plain words. */
export function verdict({ seen, entry }: TrialResult, wishes: readonly Wish[], paint: Painter): string[] {
  const attempts = entry?.attempts ?? [];
  const failing = wishes.flatMap(({ provider, failure }) => (provider && failure !== "off" ? provider : []));
  const by = (name: string) => attempts.filter(({ provider, simulated }) => simulated && provider === name);
  const failed = failing.filter((name) => by(name).some(({ failure }) => failure !== undefined));
  const spared = failing.filter((name) => by(name).length === 0);
  const lines = spared.map((name) => paint.yellow(`? ${name} was not asked, so its failure was not seen.`));
  const served = entry?.provider ?? "nobody";
  if (!isComplete(seen)) return [...lines, paint.red(`✖ ${complaint(seen.text !== "" || seen.calls.length > 0)}`)];
  if (seen.text === "" && seen.calls.length === 0)
    return [
      ...lines,
      paint.yellow(`? ${served} answered, but said nothing. It ended properly, so it counts as an answer.`),
    ];
  const notice = failed.length === 0 ? "" : ` Claude Code would not have noticed that ${names(failed)} failed.`;
  return [...lines, paint.green(`✔ ${served} answered.${notice}`)];
}

function complaint(begun: boolean): string {
  return begun
    ? "The answer broke after it had begun. The client is told so and asks again; `hold_back_ms` and `rescue` under [failover] hide this, too."
    : "No provider answered. The client got one honest error that says what was tried.";
}

function names(list: readonly string[]): string {
  return list.join(" and ");
}
