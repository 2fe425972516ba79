import type { HealthView } from "../routing/decision.ts";

/** Nothing is known of any provider, so all are well. The running server may know better, and its page shows it. */
export const ALL_WELL: HealthView = {
  coolingUntil: () => 0,
  timeToFirstToken: () => undefined,
  lastServed: () => undefined,
};
