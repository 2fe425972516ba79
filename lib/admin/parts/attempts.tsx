import type { AttemptRecord, JournalEntry } from "../../journal/entry.ts";
import { duration } from "../words/format.ts";
import { attemptEnd, endedAttempts, failureWord, oddities } from "../words/outcome.ts";
import { Icon, type IconName } from "./icons.tsx";

const ENDS = {
  served: { icon: "check", pill: "served", line: "ok" },
  failed: { icon: "cross", pill: "bad", line: "bad" },
  left: { icon: "stop", pill: "quiet", line: "left" },
} as const satisfies Record<ReturnType<typeof attemptEnd>, { icon: IconName; pill: string; line: string }>;

/** The attempts of one request in a row: who was asked, and whether it served. */
export function AttemptPills({ entry }: { entry: JournalEntry }) {
  return (
    <ol class="attempts">
      {inGroups(endedAttempts(entry)).map(({ attempt, count }) => (
        <li key={`${attempt.provider}-${attempt.at}`}>
          <AttemptPill attempt={attempt} count={count} />
        </li>
      ))}
      {entry.outcome === "running" && (
        <li>
          <span class="pill info">asking…</span>
        </li>
      )}
    </ol>
  );
}

/** Neighbours that went the same way at the same provider count as one. */
function inGroups(attempts: readonly AttemptRecord[]): { attempt: AttemptRecord; count: number }[] {
  const groups: { attempt: AttemptRecord; count: number }[] = [];
  for (const attempt of attempts) {
    const last = groups.at(-1);
    const same =
      last && last.attempt.provider === attempt.provider && failureWord(last.attempt) === failureWord(attempt);
    if (same) last.count++;
    else groups.push({ attempt, count: 1 });
  }
  return groups;
}

function AttemptPill({ attempt, count }: { attempt: AttemptRecord; count: number }) {
  const end = attemptEnd(attempt);
  const why = end !== "served" ? `${failureWord(attempt)}${attempt.status ? `, ${attempt.status}` : ""}` : "served";
  return (
    <span class={`pill ${ENDS[end].pill}`} title={`${why}, after ${duration(attempt.ms)}`}>
      <Icon name={ENDS[end].icon} size={12} />
      {attempt.provider}
      {end !== "served" && <small>{isError(attempt.status) ? attempt.status : failureWord(attempt)}</small>}
      {count > 1 && <small>×{count}</small>}
      <span class="sr-only">{why}</span>
    </span>
  );
}

/** A status that says by itself that something went wrong; a cut answer had begun with 200. */
function isError(status: number | undefined): boolean {
  return status !== undefined && status >= 400;
}

/** The same on a scale of time, with the words that each failure came with. */
export function AttemptTimeline({ entry }: { entry: JournalEntry }) {
  const attempts = endedAttempts(entry);
  const whole = Math.max(entry.totalMs, 1, ...attempts.map((attempt) => attempt.at + attempt.ms));
  return (
    <ol class="timeline">
      {attempts.map((attempt) => (
        <li key={`${attempt.provider}-${attempt.at}`} class={ENDS[attemptEnd(attempt)].line}>
          <div class="timeline-head">
            <Icon name={ENDS[attemptEnd(attempt)].icon} size={14} />
            <strong>{attempt.provider}</strong>
            <span class="mono muted">{attempt.model}</span>
            <span class="timeline-ms">
              {attempt.status !== undefined && <span class="mono">{attempt.status}</span>} {duration(attempt.ms)}
            </span>
          </div>
          <div class="timeline-track" aria-hidden="true">
            <i style={{ marginLeft: `${(attempt.at / whole) * 100}%`, width: `${(attempt.ms / whole) * 100}%` }} />
          </div>
          {attempt.failure !== undefined && (
            <p class="timeline-why">
              {failureWord(attempt)}
              {attempt.simulated && " (simulated)"}
              {attempt.message !== undefined && <span class="muted">: {attempt.message}</span>}
            </p>
          )}
          {attempt.lost && <p class="timeline-why">{failureWord(attempt)}</p>}
          {oddities(attempt).map((oddity) => (
            <p key={oddity} class="timeline-why muted">
              {oddity}
            </p>
          ))}
        </li>
      ))}
    </ol>
  );
}
