import type { MessagesBody } from "../../anthropic/types.ts";
import type { Effort, Quirks } from "../../catalog/types.ts";
import { clampEffort, requestedEffort } from "../shared/effort.ts";
import type { Generation } from "./generation.ts";

/** Tokens of thinking that a level stands for. */
const BUDGETS: Readonly<Record<Effort, number>> = {
  none: 0,
  minimal: 512,
  low: 1024,
  medium: 8192,
  high: 24_576,
  xhigh: 32_768,
  max: 128_000,
};

/** So much of the output limit is left to the answer: thinking counts inside. */
const ROOM_FOR_ANSWER = 1024;

/**
 * `thinkingConfig`; empty where the model is to do as it is used to.
 * @see https://ai.google.dev/gemini-api/docs/thinking
 */
export function thinkingConfig(
  body: MessagesBody,
  { thinking }: Generation,
  quirks: Quirks,
  outputLimit: number | undefined,
): Record<string, unknown> {
  if (!thinking) return {};
  const effort = requestedEffort(body);
  const config = {
    ...("levels" in thinking
      ? level(effort, quirks.efforts ?? thinking.levels, quirks.effortMap)
      : budget(effort, body, thinking, outputLimit)),
    ...(showsThinking(body) && { includeThoughts: true }),
  };
  return Object.keys(config).length > 0 ? { thinkingConfig: config } : {};
}

/** Has the client a place for thinking blocks? */
export function takesThinking({ thinking }: MessagesBody): boolean {
  return thinking != null && thinking.type !== "disabled";
}

/** Summaries are only written for a client that shows them. */
function showsThinking(body: MessagesBody): boolean {
  return takesThinking(body) && body.thinking?.display !== "omitted";
}

function level(
  effort: Effort | undefined,
  levels: readonly Effort[],
  map: Quirks["effortMap"],
): { thinkingLevel?: string } {
  const clamped = effort && clampEffort(effort, levels, map);
  return clamped === undefined ? {} : { thinkingLevel: clamped.toUpperCase() };
}

function budget(
  effort: Effort | undefined,
  { thinking, output_config }: MessagesBody,
  { least, most, off }: { least: number; most: number; off: boolean },
  outputLimit: number | undefined,
): { thinkingBudget?: number } {
  if (effort === undefined) return {};
  if (effort === "none") return { thinkingBudget: off ? 0 : least };
  const asked =
    thinking?.type === "enabled" && output_config?.effort === undefined ? thinking.budget_tokens : undefined;
  const room = outputLimit === undefined ? most : outputLimit - ROOM_FOR_ANSWER;
  return { thinkingBudget: Math.max(least, Math.min(asked ?? BUDGETS[effort], most, room)) };
}
