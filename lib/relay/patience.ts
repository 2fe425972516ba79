import { USUAL_LIMIT_MS } from "../config/schema.ts";
import type { Provider } from "../config/settings.ts";
import type { Detour, Run } from "./run.ts";

/** Time limits of one try, in ms; 0 means none. */
export type Limits = Provider["timeouts"] & {
  /** Longest silence while nothing of the answer was passed on; from then on it is `idle_ms`. */
  quiet_ms: number;
};

/** Of a provider that is asked beside the usual way: by a test, or to fail. */
export function limitsOf(timeouts: Provider["timeouts"]): Limits {
  return { ...timeouts, quiet_ms: timeouts.idle_ms };
}

/** Whoever simulates silence shall not have to sit through all of it. */
export function shortened(timeouts: Provider["timeouts"], { patienceMs }: Detour): Limits {
  const limits = limitsOf(timeouts);
  const configured = timeouts.first_byte_ms;
  if (patienceMs !== undefined && (configured === 0 || configured > patienceMs)) limits.first_byte_ms = patienceMs;
  return limits;
}

/**
 * Where nobody else is left, a provider is waited for as long as the request may take: giving up on one that thinks, that reads
 * a long prompt, or that does not stream, would only make the client ask it again, from the start and for the same money. A
 * limit that the user has set holds all the same; and the network tells of a server that is gone.
 */
export function patient(run: Run, { timeouts }: Provider, isLast: boolean): Limits {
  const limits = limitsOf(timeouts);
  if (!isLast) return limits;
  const left = run.budgetMs - run.elapsed();
  const lifted = (ms: number): number => (ms === USUAL_LIMIT_MS ? Math.max(ms, left) : ms);
  limits.first_byte_ms = lifted(limits.first_byte_ms);
  limits.first_event_ms = lifted(limits.first_event_ms);
  limits.quiet_ms = lifted(limits.quiet_ms);
  return limits;
}
