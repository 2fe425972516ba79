import type { HealthView } from "../routing/decision.ts";
import type { Health } from "./health.ts";
import { HedgeBudget } from "./hedge-budget.ts";

/** Weight of the newest sample in the decaying average. */
const ALPHA = 0.3;
/** Prompts are compared with prompts of about their size, in bytes. */
const BUCKETS = [32_000, 128_000, 512_000] as const;
/** How many conversations are remembered. */
const MAX_SESSIONS = 5_000;
/** What is usual is told by so many figures at least, and by the latest. */
const FEWEST_SAMPLES = 10;
const MOST_SAMPLES = 60;
/** For how long a provider that broke an answer is trusted less. */
const CUT_MATTERS_MS = 60 * 60_000;
/** A client whose answer broke off comes back within moments, and is better served elsewhere then. */
const AVOIDED_MS = 30_000;
/** The beginning of an answer is held back at most so many times as long as configured. */
const MOST_PATIENCE = 4;

/** How fast providers began to answer, and who served which conversation last: what ordering goes by. */
export class TrackRecord {
  /** Which of the requests that are late are asked twice. */
  readonly hedges = new HedgeBudget();
  readonly #firstToken = new Map<string, number>();
  readonly #served = new Map<string, number>();
  /** The latest times to first token. */
  readonly #samples = new Map<string, number[]>();
  /** When each provider broke answers after content: the latest few, epoch ms. */
  readonly #cuts = new Map<string, number[]>();
  /** Until when conversations keep away from a provider that broke an answer of theirs, epoch ms. */
  readonly #avoided = new Map<string, number>();

  /** A request was served. @param ttftMs from the attempt's start to its first content; `now` in epoch ms */
  served(at: {
    session: string;
    provider: string;
    model: string;
    promptBytes: number;
    ttftMs: number;
    /** Keep the figure itself, not only its average: for `usualFirstToken`. */
    keepSample?: boolean;
    now: number;
  }): void {
    const key = speedKey(at.provider, at.model, at.promptBytes);
    const before = this.#firstToken.get(key);
    this.#firstToken.set(key, before === undefined ? at.ttftMs : before + ALPHA * (at.ttftMs - before));
    if (at.keepSample) this.#samples.set(key, [...(this.#samples.get(key) ?? []), at.ttftMs].slice(-MOST_SAMPLES));
    const session = sessionKey(at.session, at.provider, at.model);
    this.#served.delete(session);
    this.#served.set(session, at.now);
    if (this.#served.size > MAX_SESSIONS) {
      const [oldest] = this.#served.keys();
      if (oldest !== undefined) this.#served.delete(oldest);
    }
  }

  /** The provider broke an answer of the conversation after content. @param now epoch ms */
  cut(provider: string, session: string, now: number): void {
    this.#cuts.set(provider, [...(this.#cuts.get(provider) ?? []), now].slice(1 - MOST_PATIENCE));
    for (const [key, until] of this.#avoided) if (until <= now) this.#avoided.delete(key);
    if (this.#avoided.size < MAX_SESSIONS) this.#avoided.set(avoidedKey(session, provider), now + AVOIDED_MS);
  }

  /** Epoch ms until which the conversation had better go elsewhere, because the provider has just broken an answer of it. */
  avoidedUntil(session: () => string, provider: string): number {
    return this.#avoided.size === 0 ? 0 : (this.#avoided.get(avoidedKey(session(), provider)) ?? 0);
  }

  /** How much longer than configured the beginning of this provider's answers is to be held back: 1 in good times. */
  patience(provider: string, now: number): number {
    const cuts = this.#cuts.get(provider);
    return cuts ? 1 + cuts.filter((time) => now - time < CUT_MATTERS_MS).length : 1;
  }

  timeToFirstToken(provider: string, model: string, promptBytes: number): number | undefined {
    return this.#firstToken.get(speedKey(provider, model, promptBytes));
  }

  /** In how many ms the first token nearly always comes (95 %); undefined while too little is known. */
  usualFirstToken(provider: string, model: string, promptBytes: number): number | undefined {
    const samples = this.#samples.get(speedKey(provider, model, promptBytes)) ?? [];
    if (samples.length < FEWEST_SAMPLES) return undefined;
    return samples.toSorted((a, b) => a - b)[Math.ceil(samples.length * 0.95) - 1];
  }

  lastServed(session: string, provider: string, model: string): number | undefined {
    return this.#served.get(sessionKey(session, provider, model));
  }
}

/**
 * What ordering may see of health and record, for one conversation.
 * @param credentials how many credentials a provider has: it is fit while one of them is
 * @param missingUntil epoch ms until which it has none that could be sent; 0 when it has
 */
export function healthView(
  health: Health,
  record: TrackRecord,
  credentials: (provider: string) => number,
  missingUntil: (provider: string) => number,
  session: () => string,
): HealthView {
  return {
    coolingUntil(provider, model) {
      const missing = Math.max(missingUntil(provider), record.avoidedUntil(session, provider));
      let soonest = Number.POSITIVE_INFINITY;
      for (let i = 0; i < Math.max(1, credentials(provider)); i++) {
        soonest = Math.min(soonest, health.coolingUntil(provider, i, model));
        if (soonest === 0) return missing;
      }
      return Math.max(soonest, missing);
    },
    timeToFirstToken: (provider, model, bytes) => record.timeToFirstToken(provider, model, bytes),
    lastServed: (session, provider, model) => record.lastServed(session, provider, model),
  };
}

function speedKey(provider: string, model: string, promptBytes: number): string {
  return `${provider}\n${model}\n${BUCKETS.findIndex((limit) => promptBytes < limit)}`;
}

function sessionKey(session: string, provider: string, model: string): string {
  return `${session}\n${provider}\n${model}`;
}

function avoidedKey(session: string, provider: string): string {
  return `${session}\n${provider}`;
}
