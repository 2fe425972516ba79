import type { Effort, Quirks, ReasoningField } from "../../catalog/types.ts";
import { clampEffort } from "../shared/effort.ts";
import { effortLevels, type Family } from "../shared/families.ts";
import { CannotCarry, type Target } from "../wire.ts";

/** How a request asks for reasoning. */
export interface Thinking {
  fields: Record<string, unknown>;
  /** Will the model think? True also where nobody can tell. */
  reasons: boolean;
}

/** Levels of a model of which it is only known that it reasons. */
const COMMON = ["low", "medium", "high"] as const satisfies readonly Effort[];

/**
 * The vendor's fields for the effort that the client wants. Nothing is sent to a model that is not known to take it:
 * most vendors refuse the request otherwise.
 * @param wanted undefined when the client says nothing
 * @throws {CannotCarry} for models that Chat Completions cannot give tools to
 */
export function thinkingFields(
  wanted: Effort | undefined,
  target: Target,
  family: Family | undefined,
  quirks: Quirks,
  hasTools: boolean,
): Thinking {
  const form = quirks.reasoningIn ?? "reasoning_effort";
  const forms: readonly ReasoningField[] = typeof form === "string" ? [form] : form;
  const rule = hasTools && forms.includes("reasoning_effort") ? family?.chatToolsEffort : undefined;
  if (rule === "never")
    throw new CannotCarry(
      `model: ${target.model} takes tools on OpenAI's Responses API only (wire = "openai-responses")`,
    );
  if (rule === "none") return { fields: { reasoning_effort: "none" }, reasons: false };
  if (rule === "omit" || wanted === undefined || target.capabilities.reasoning === false)
    return { fields: {}, reasons: true };
  const fields: Record<string, unknown> = {};
  const hasSwitch = forms.some((field) => field === "thinking" || field === "enable_thinking");
  for (const field of forms) {
    if (wanted === "none" && hasSwitch && field === "reasoning_effort") continue;
    Object.assign(fields, FIELDS[field](wanted, levelOf(wanted, target, family, quirks, field)));
  }
  if (quirks.reasoningFormat && Object.keys(fields).length > 0) fields.reasoning_format = quirks.reasoningFormat;
  return { fields, reasons: fields.reasoning_effort !== "none" };
}

/** Each field's own way of saying a level; `level` is undefined for a model that is not known to have levels. */
const FIELDS: Readonly<Record<ReasoningField, (wanted: Effort, level: Effort | undefined) => Record<string, unknown>>> =
  {
    omit: () => ({}),
    reasoning_effort: (_wanted, level) => (level === undefined ? {} : { reasoning_effort: level }),
    reasoning: (wanted, level) => {
      if (level === undefined) return {};
      return { reasoning: wanted === "none" ? { enabled: false } : { effort: level } };
    },
    thinking: (wanted) => ({ thinking: { type: wanted === "none" ? "disabled" : "enabled" } }),
    enable_thinking: (wanted) => ({ enable_thinking: wanted !== "none" }),
  };

function levelOf(
  wanted: Effort,
  target: Target,
  family: Family | undefined,
  quirks: Quirks,
  field: ReasoningField,
): Effort | undefined {
  const levels = levelsOf(target, family, quirks, field);
  return levels && clampEffort(wanted, levels, { ...family?.effortMap, ...quirks.effortMap });
}

/** The levels that both the model and the vendor know; undefined for a model that is not known to reason by levels. */
function levelsOf(
  { capabilities }: Target,
  family: Family | undefined,
  quirks: Quirks,
  field: ReasoningField,
): readonly Effort[] | undefined {
  if (family) return effortLevels(family, quirks);
  if (capabilities.reasoning !== true) return undefined;
  return quirks.efforts ?? (field === "reasoning" ? COMMON : undefined);
}
