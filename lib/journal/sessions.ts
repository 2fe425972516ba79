import type { FailureReason } from "../catalog/failure-reasons.ts";
import type { JournalEntry } from "./entry.ts";
import { isFailover } from "./tally.ts";

/** What became of one conversation so far. */
export interface SessionSums {
  requests: number;
  /** US dollars; without the `unpriced` answers. */
  cost: number;
  unpriced: number;
  /** The newest request of the conversation itself; side errands such as titles do not count. */
  last?: SessionTurn;
}

interface SessionTurn {
  /** Epoch ms: when it was over. */
  time: number;
  /** As the client asked for it. */
  requested: string;
  /** Who answered, and with which of its models. Absent when nobody did. */
  provider?: string;
  model?: string;
  /** Whom it would have been, and why it was not. */
  insteadOf?: { provider: string; failure: FailureReason };
}

/** How many conversations are remembered: the newest. */
const MOST_SESSIONS = 200;
/** Request classes that are an errand beside the conversation. */
const ERRANDS: ReadonlySet<string> = new Set(["auxiliary", "side_reply"]);

/** Sums per conversation, by the client's session id. */
export class Sessions {
  readonly #bySession = new Map<string, SessionSums>();

  get(session: string): SessionSums | undefined {
    return this.#bySession.get(session);
  }

  add(entry: JournalEntry): void {
    if (entry.session === undefined) return;
    const before = this.#bySession.get(entry.session) ?? { requests: 0, cost: 0, unpriced: 0 };
    const unpriced = entry.attempts.filter(({ usage, cost }) => usage && cost === undefined).length;
    const cost = entry.attempts.reduce((sum, attempt) => sum + (attempt.cost ?? 0), 0);
    const last = ERRANDS.has(entry.class ?? "") ? before.last : turnOf(entry);
    this.#set(entry.session, {
      requests: before.requests + 1,
      cost: before.cost + cost,
      unpriced: before.unpriced + unpriced,
      ...(last && { last }),
    });
  }

  /** Oldest first. */
  entries(): [session: string, sums: SessionSums][] {
    return [...this.#bySession];
  }

  restore(entries: readonly [string, SessionSums][]): void {
    for (const [session, sums] of entries) this.#set(session, sums);
  }

  #set(session: string, sums: SessionSums): void {
    this.#bySession.delete(session);
    this.#bySession.set(session, sums);
    const oldest = this.#bySession.keys().next().value;
    if (this.#bySession.size > MOST_SESSIONS && oldest !== undefined) this.#bySession.delete(oldest);
  }
}

function turnOf(entry: JournalEntry): SessionTurn {
  const { time, totalMs, requested, provider, upstreamModel, attempts } = entry;
  const missed = isFailover(entry) ? attempts.find(({ failure }) => failure) : undefined;
  return {
    time: Math.round(time + totalMs),
    requested,
    ...(provider !== undefined && { provider }),
    ...(upstreamModel !== undefined && { model: upstreamModel }),
    ...(missed?.failure && { insteadOf: { provider: missed.provider, failure: missed.failure } }),
  };
}
