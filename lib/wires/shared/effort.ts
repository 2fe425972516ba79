import type { MessagesBody } from "../../anthropic/types.ts";
import { EFFORTS, type Effort } from "../../catalog/types.ts";

/** Thinking budgets (tokens) up to which each level reaches. */
const BUDGETS = [
  [512, "minimal"],
  [1024, "low"],
  [8192, "medium"],
  [24_576, "high"],
] as const satisfies readonly (readonly [number, Effort])[];

/**
 * How hard the client wants the model to think; undefined where it says nothing.
 * The last effort inside a message goes before `output_config.effort`, that before a budget, and adaptive thinking alone
 * means `high`. Thinking that is switched off is off whatever the effort, which then speaks of the answer's length.
 */
export function requestedEffort(body: MessagesBody): Effort | undefined {
  const { thinking } = body;
  if (thinking?.type === "disabled") return "none";
  const said = messageEffort(body) ?? readEffort(body.output_config?.effort);
  if (said) return said;
  switch (thinking?.type) {
    case "enabled":
      return effortOfBudget(thinking.budget_tokens ?? 0);
    case "adaptive":
      return "high";
    case "between_tools":
      return "low";
    default:
      return undefined;
  }
}

/** The level to which a thinking budget belongs. */
export function effortOfBudget(tokens: number): Effort {
  return BUDGETS.find(([most]) => tokens <= most)?.[1] ?? "xhigh";
}

/**
 * The level that a model with these levels is asked for: the same, else the nearest lower one that still thinks, else the
 * lowest; `none` where the model cannot be stopped from thinking becomes the least there is.
 * @param map levels that mean another one to this model
 * @returns undefined when the model has no level to offer
 */
export function clampEffort(
  wanted: Effort,
  levels: readonly Effort[],
  map: Readonly<Partial<Record<Effort, Effort>>> = {},
): Effort | undefined {
  if (levels.includes(wanted)) return wanted;
  const mapped = map[wanted];
  if (mapped !== undefined && levels.includes(mapped)) return mapped;
  const thinking = EFFORTS.filter((level) => level !== "none" && levels.includes(level));
  const lower = thinking.filter((level) => EFFORTS.indexOf(level) < EFFORTS.indexOf(wanted));
  return lower.at(-1) ?? thinking[0];
}

function messageEffort({ messages }: MessagesBody): Effort | undefined {
  for (const message of messages.toReversed()) {
    const config = message.output_config as { effort?: unknown } | undefined;
    const effort = readEffort(config?.effort);
    if (effort) return effort;
  }
  return undefined;
}

function readEffort(value: unknown): Effort | undefined {
  return EFFORTS.find((level) => level === value);
}
