import type { Strategy } from "./strategy.ts";

/** As the file says: lower numbers first, equal ones in the order of the file. */
export const byPriority: Strategy = (mappings) =>
  mappings
    .toSorted((a, b) => a.priority - b.priority)
    .map((mapping) => ({ mapping, why: `priority ${mapping.priority}` }));
