import type { AttemptRecord } from "../../journal/entry.ts";
import { duration } from "../words/format.ts";
import { failureWord } from "../words/outcome.ts";
import { Icon } from "./icons.tsx";

/** The attempts of one request in a row: who was asked, and whether it served. */
export function AttemptPills({ attempts, running = false }: { attempts: readonly AttemptRecord[]; running?: boolean }) {
  return (
    <ol class="attempts">
      {inGroups(attempts).map(({ attempt, count }) => (
        <li key={`${attempt.provider}-${attempt.at}`}>
          <AttemptPill attempt={attempt} count={count} />
        </li>
      ))}
      {running && (
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
    const same = last && last.attempt.provider === attempt.provider && last.attempt.failure === attempt.failure;
    if (same) last.count++;
    else groups.push({ attempt, count: 1 });
  }
  return groups;
}

function AttemptPill({ attempt, count }: { attempt: AttemptRecord; count: number }) {
  const failed = attempt.failure !== undefined;
  const why = failed ? `${failureWord(attempt)}${attempt.status ? `, ${attempt.status}` : ""}` : "served";
  return (
    <span class={failed ? "pill bad" : "pill served"} title={`${why}, after ${duration(attempt.ms)}`}>
      <Icon name={failed ? "cross" : "check"} size={12} />
      {attempt.provider}
      {failed && <small>{isError(attempt.status) ? attempt.status : failureWord(attempt)}</small>}
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
export function AttemptTimeline({ attempts, totalMs }: { attempts: readonly AttemptRecord[]; totalMs: number }) {
  const whole = Math.max(totalMs, 1, ...attempts.map((attempt) => attempt.at + attempt.ms));
  return (
    <ol class="timeline">
      {attempts.map((attempt) => (
        <li key={`${attempt.provider}-${attempt.at}`} class={attempt.failure === undefined ? "ok" : "bad"}>
          <div class="timeline-head">
            <Icon name={attempt.failure === undefined ? "check" : "cross"} size={14} />
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
        </li>
      ))}
    </ol>
  );
}
