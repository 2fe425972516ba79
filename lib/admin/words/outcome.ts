import { FAILURE_REASONS, isNobodysFault } from "../../catalog/failure-reasons.ts";
import type { AttemptRecord, JournalEntry } from "../../journal/entry.ts";
import { plural } from "./format.ts";

/** Why an attempt failed or was not used, in two or three words; empty when it served. */
export function failureWord(attempt: AttemptRecord): string {
  if (attempt.lost) return "not used";
  return attempt.failure === undefined ? "" : FAILURE_REASONS[attempt.failure].label;
}

/** How an attempt ended. That the client went away, or another was faster, is nobody's failure. */
export function attemptEnd(attempt: AttemptRecord): "served" | "failed" | "left" {
  if (attempt.lost) return "left";
  if (attempt.failure === undefined) return "served";
  return isNobodysFault(attempt.failure) ? "left" : "failed";
}

/** What is odd about an attempt, in plain sentences: a race, a mended answer, a field that it went without. */
export function oddities({ hedged, repaired, notes = [] }: AttemptRecord): readonly string[] {
  return [
    ...(hedged ? ["asked beside another that was late"] : []),
    ...(repaired === undefined ? [] : [`asked again without ${repaired}, which it refused`]),
    ...notes,
  ];
}

/** The attempts that have ended. While a request runs, its last one has not, unless it is already known to have failed. */
export function endedAttempts({ outcome, attempts }: JournalEntry): readonly AttemptRecord[] {
  return outcome === "running" ? attempts.filter((attempt) => attempt.failure !== undefined) : attempts;
}

/** What became of a request, in one sentence. */
export function outcomeSentence(entry: JournalEntry): string {
  const failures = entry.attempts.filter((attempt) => attemptEnd(attempt) === "failed");
  const last = failures.at(-1);
  switch (entry.outcome) {
    case "running":
      return failures.length === 0 ? "Being answered." : `Being answered after ${plural(failures.length, "failure")}.`;
    case "cancelled":
      return "The client went away before the answer was complete.";
    case "declined":
      return "The client was asked for another form of the request, and sends it by itself.";
    case "cut":
      return `The answer broke off${entry.provider ? ` at ${entry.provider}` : ""}; the client was told so.`;
    case "failed":
      return failures.length > 1
        ? `All ${failures.length} attempts failed; the client got ${entry.status}.`
        : `${last ? `${last.provider}: ${failureWord(last)}` : "No provider was asked"}; the client got ${entry.status}.`;
    case "ok":
      if (entry.rescue)
        return `${entry.rescue.from} broke off in mid-answer, and ${entry.rescue.to} brought it to its end (${entry.rescue.kind}).`;
      return last && entry.provider
        ? `${entry.provider} answered after ${listFailures(failures, entry.provider)}. The client noticed nothing.`
        : `${entry.provider ?? "The server"} answered at the first attempt.`;
  }
}

/** Each way of failing once: `primary failed twice (server error) and backup failed (overloaded)`. */
function listFailures(failures: readonly AttemptRecord[], served: string): string {
  const ways = new Map<string, { who: string; why: string; count: number }>();
  for (const attempt of failures) {
    const who = attempt.provider === served ? "an earlier attempt there" : attempt.provider;
    const why = failureWord(attempt);
    const key = JSON.stringify([who, why]);
    ways.set(key, { who, why, count: (ways.get(key)?.count ?? 0) + 1 });
  }
  return [...ways.values()].map(({ who, why, count }) => `${who} failed${often(count)} (${why})`).join(" and ");
}

function often(count: number): string {
  return ["", "", " twice"][count] ?? ` ${count} times`;
}
