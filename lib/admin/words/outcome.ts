import { FAILURE_REASONS } from "../../catalog/failure-reasons.ts";
import type { AttemptRecord, JournalEntry } from "../../journal/entry.ts";
import { plural } from "./format.ts";

/** Why an attempt failed, in two or three words; empty when it did not. */
export function failureWord(attempt: AttemptRecord): string {
  return attempt.failure === undefined ? "" : FAILURE_REASONS[attempt.failure].label;
}

/** What became of a request, in one sentence. */
export function outcomeSentence(entry: JournalEntry): string {
  const failures = entry.attempts.filter((attempt) => attempt.failure !== undefined);
  const last = failures.at(-1);
  switch (entry.outcome) {
    case "running":
      return failures.length === 0 ? "Being answered." : `Being answered after ${plural(failures.length, "failure")}.`;
    case "cancelled":
      return "The client went away before the answer was complete.";
    case "cut":
      return `The answer broke off${entry.provider ? ` at ${entry.provider}` : ""}; the client was told so.`;
    case "failed":
      return failures.length > 1
        ? `All ${failures.length} attempts failed; the client got ${entry.status}.`
        : `${last ? `${last.provider}: ${failureWord(last)}` : "No provider was asked"}; the client got ${entry.status}.`;
    case "ok":
      return last && entry.provider
        ? `${entry.provider} answered after ${listFailures(failures)}. The client noticed nothing.`
        : `${entry.provider ?? "The server"} answered at the first attempt.`;
  }
}

function listFailures(failures: readonly AttemptRecord[]): string {
  return failures.map((attempt) => `${attempt.provider} failed (${failureWord(attempt)})`).join(" and ");
}

/** True when a later attempt saved the request. */
export function wasSaved(entry: JournalEntry): boolean {
  return entry.outcome === "ok" && entry.attempts.some((attempt) => attempt.failure !== undefined);
}
