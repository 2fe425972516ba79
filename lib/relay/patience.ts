import type { Provider } from "../config/settings.ts";
import type { Detour, Run } from "./run.ts";

/** Whoever simulates silence shall not have to sit through all of it. */
export function shortened(timeouts: Provider["timeouts"], { patienceMs }: Detour): Provider["timeouts"] {
  const configured = timeouts.first_byte_ms;
  if (patienceMs === undefined || (configured > 0 && configured <= patienceMs)) return timeouts;
  return { ...timeouts, first_byte_ms: patienceMs };
}

/** Giving up on a slow server helps nobody where there is no other: the client would only ask it again, from the start. */
export function patient(run: Run, { type, timeouts }: Provider, isLast: boolean): Provider["timeouts"] {
  if (!isLast || !type.slowStart) return timeouts;
  const left = run.budgetMs - run.elapsed();
  const longer = (ms: number): number => (ms === 0 ? 0 : Math.max(ms, left));
  const { first_byte_ms, first_event_ms, idle_ms } = timeouts;
  return {
    ...timeouts,
    first_byte_ms: longer(first_byte_ms),
    first_event_ms: longer(first_event_ms),
    idle_ms: longer(idle_ms),
  };
}
