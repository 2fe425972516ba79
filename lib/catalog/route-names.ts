/** @module The names under which routes are written in the file and told in the journal. */

/** Tables of `[router]`: what can be sent elsewhere. */
export const ROUTE_NAMES = [
  "default",
  "websearch",
  "reasoning",
  "background",
  "subagent",
  "compaction",
  "long_context",
  "image",
] as const;

export type RouteName = (typeof ROUTE_NAMES)[number];

/**
 * The rules by which a model is chosen, in the order in which they are tried; budgets count by them too. `image` is looked at
 * last, when the chosen model turns out to be unable to see what the request shows.
 */
export const RULES = [
  "explicit",
  "websearch",
  "subagent-tag",
  "long_context",
  "reasoning",
  "background",
  "subagent",
  "compaction",
  "model",
  "auto_map",
  "default",
  "image",
] as const;

export type Rule = (typeof RULES)[number];
