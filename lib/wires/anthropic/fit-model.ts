import type { MessagesBody } from "../../anthropic/types.ts";
import type { ClaudeTraits } from "../../catalog/claude-traits.ts";
import type { Effort } from "../../catalog/types.ts";
import { clampEffort, effortOfBudget, requestedEffort } from "../shared/effort.ts";

/** Thinking budgets, in tokens, for models that are told no effort. */
const BUDGETS: Readonly<Partial<Record<Effort, number>>> = { low: 4096, medium: 10_000, high: 24_000 };
const LARGE_BUDGET = 32_000;
/** Fewer are refused. */
const LEAST_BUDGET = 1024;

/** What may be asked of a model. */
export type Fit = Pick<
  ClaudeTraits,
  "adaptive" | "budget" | "off" | "betweenTools" | "sampling" | "forcedChoice" | "efforts"
> & { maxOutput: number | undefined };

/**
 * The request as this model takes it: thinking, effort, limits and choices that it refuses become those it has.
 * @see https://platform.claude.com/docs/en/build-with-claude/extended-thinking (what thinking is not compatible with)
 */
export function fitModel(body: MessagesBody, fit: Fit): MessagesBody {
  const { temperature, top_p, top_k, thinking: _thinking, output_config: _config, ...rest } = body;
  const maxTokens = clampTokens(body.max_tokens, fit.maxOutput);
  const choice = fitChoice(body, fit);
  const fitted = fitThinking(body, fit, maxTokens);
  // Thinking by budget goes neither with a forced tool, which the client relies on more, nor with sampling.
  const byBudget = fitted?.type === "enabled";
  const thinking = byBudget && isForced({ ...body, ...choice }) ? undefined : fitted;
  const output = fitOutput(body, fit);
  return {
    ...rest,
    ...(fit.sampling &&
      thinking?.type !== "enabled" && {
        ...(temperature !== undefined && { temperature }),
        ...(top_p !== undefined && { top_p }),
        ...(top_k !== undefined && { top_k }),
      }),
    ...(maxTokens !== undefined && { max_tokens: maxTokens }),
    ...(thinking && { thinking }),
    ...(Object.keys(output).length > 0 && { output_config: output }),
    ...choice,
    ...(!thinking && withoutThinkingEdits(body)),
  };
}

/** For a conversation in which thinking that was asked for cannot be shown. */
export function withoutThinking({ thinking: _thinking, ...body }: MessagesBody): MessagesBody {
  return { ...body, ...withoutThinkingEdits(body) };
}

function clampTokens(wanted: number | undefined, most: number | undefined): number | undefined {
  return typeof wanted === "number" && most !== undefined ? Math.min(wanted, most) : wanted;
}

function fitThinking(body: MessagesBody, fit: Fit, maxTokens: number | undefined): MessagesBody["thinking"] {
  const { thinking } = body;
  switch (thinking?.type) {
    case "disabled":
      return fit.off === false ? undefined : thinking;
    case "between_tools":
      return fit.betweenTools ? thinking : fit.adaptive ? { type: "adaptive" } : undefined;
    case "enabled": {
      const { budget_tokens: _budget, ...others } = thinking;
      if (!fit.budget) return { ...others, type: "adaptive" };
      return budgeted(thinking.budget_tokens ?? LARGE_BUDGET, maxTokens);
    }
    case "adaptive":
      return fit.adaptive ? thinking : budgeted(BUDGETS[requestedEffort(body) ?? "high"] ?? LARGE_BUDGET, maxTokens);
    default:
      return thinking;
  }
}

/** Undefined where the answer's limit leaves no room for thinking. */
function budgeted(wanted: number, maxTokens: number | undefined): MessagesBody["thinking"] {
  const budget = Math.min(wanted, (maxTokens ?? Number.POSITIVE_INFINITY) - 1);
  return budget < LEAST_BUDGET ? undefined : { type: "enabled", budget_tokens: budget };
}

function fitOutput(body: MessagesBody, fit: Fit): NonNullable<MessagesBody["output_config"]> {
  const { effort: _effort, ...others } = body.output_config ?? {};
  const wanted = wantedEffort(body, fit);
  const clamped = wanted && fit.efforts.length > 0 ? clampEffort(wanted, fit.efforts) : undefined;
  return clamped === undefined ? others : { ...others, effort: clamped };
}

/** The effort that stands for what the model has no other way to be told. */
function wantedEffort(body: MessagesBody, fit: Fit): Effort | undefined {
  const { thinking, output_config: config } = body;
  const isOff = thinking?.type === "disabled";
  if (isOff && fit.off === false) return "low";
  const said = requestedEffort({ ...body, thinking: { type: "unsaid" } });
  if (isOff && fit.off === "up_to_high" && (said === "xhigh" || said === "max")) return "high";
  if (said !== undefined || config?.effort != null) return said;
  if (thinking?.type === "enabled" && !fit.budget) return effortOfBudget(thinking.budget_tokens ?? 0);
  return thinking?.type === "between_tools" && !fit.betweenTools ? "low" : undefined;
}

function fitChoice(body: MessagesBody, fit: Fit): Pick<MessagesBody, "tool_choice"> {
  if (fit.forcedChoice || !isForced(body)) return {};
  const { name: _name, ...others } = body.tool_choice ?? {};
  return { tool_choice: { ...others, type: "auto" } };
}

function isForced({ tool_choice: choice }: MessagesBody): boolean {
  return choice?.type === "any" || choice?.type === "tool";
}

/** Edits that clear thinking are refused where there is none. */
function withoutThinkingEdits({ context_management: management }: Record<string, unknown>): Record<string, unknown> {
  const { edits } = (management ?? {}) as { edits?: unknown };
  if (!Array.isArray(edits)) return {};
  const kept = edits.filter((edit) => !String((edit as { type?: unknown } | null)?.type).startsWith("clear_thinking"));
  return { context_management: kept.length > 0 ? { ...(management as object), edits: kept } : undefined };
}
