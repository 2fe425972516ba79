import type { Mapping } from "../config/settings.ts";
import { type Circumstances, lastServer, type Strategy } from "./strategy.ts";
import { count } from "./words.ts";

/** Those within this factor of the fastest count as equally good. */
const NEAR = 1.2;

interface Timed {
  mapping: Mapping;
  /** Time to first token, measured or assumed; ms. */
  ms: number;
  why: string;
}

/**
 * The quickest first, by the decaying average of its time to first token for prompts of this size. Among those that are
 * about as good as the best, two are drawn and the better of them goes first, so that not all requests run after one
 * lucky measurement. One without measurements counts as the median of the others: it gets its chance, but not a stampede.
 * A conversation stays with the provider that answered it last.
 */
export const byLatency: Strategy = (mappings, at) => {
  const timed = measure(mappings, at).sort((a, b) => a.ms - b.ms);
  const last = at.model.affinity === "session" ? lastServer(mappings, at) : undefined;
  const stays = timed.find(({ mapping }) => mapping === last?.mapping);
  const first = stays ?? betterOfTwo(timed, at.random);
  const others = timed.filter((candidate) => candidate !== first);
  const why = ({ why: speed }: Timed) => (stays ? `${speed}, answered this conversation last` : speed);
  return first
    ? [{ mapping: first.mapping, why: why(first) }, ...others.map(({ mapping, why }) => ({ mapping, why }))]
    : [];
};

function measure(mappings: readonly Mapping[], { health, request }: Circumstances): Timed[] {
  const bytes = request.raw.length;
  const known = mappings.map(({ provider, model }) => health.timeToFirstToken(provider.name, model, bytes));
  const median = medianOf(known.filter((ms) => ms !== undefined));
  return mappings.map((mapping, index) => {
    const ms = known[index];
    return {
      mapping,
      ms: ms ?? median,
      why: ms === undefined ? "not measured yet" : `${count(ms)} ms to the first token`,
    };
  });
}

/** The lower one of two middle values; 0 where nothing was measured. */
function medianOf(values: number[]): number {
  return values.sort((a, b) => a - b)[(values.length - 1) >> 1] ?? 0;
}

/** @param timed in rising order */
function betterOfTwo(timed: readonly Timed[], random: () => number): Timed | undefined {
  const [best] = timed;
  if (!best) return undefined;
  const near = timed.filter(({ ms }) => ms <= best.ms * NEAR);
  const one = Math.floor(random() * near.length);
  const other = (one + 1 + Math.floor(random() * (near.length - 1))) % near.length;
  const [a, b] = [near[one] ?? best, near[other] ?? best];
  return b.ms < a.ms ? b : a;
}
