import type { Effort, Quirks } from "../../catalog/types.ts";

/**
 * What the models of a family accept on OpenAI's protocols, wherever they are hosted. Known by the public names of the
 * models; a provider's `efforts` in the catalogue go before.
 */
export interface Family {
  models: RegExp;
  /** Efforts that it takes; empty for families that refuse the field. */
  efforts: readonly Effort[];
  /** What it takes a level that it lacks for; others become the nearest lower one. */
  effortMap?: Readonly<Partial<Record<Effort, Effort>>>;
  /** Are `temperature` and `top_p` taken? Default true. */
  sampling?: false | "without_reasoning";
  /** Are stop sequences taken? Default true. */
  stop?: false;
  /** Its messages are commentary or the final answer, and want to be told as such again. */
  phases?: true;
  /** Instructions go in the role `developer` where the host knows that role. */
  developer?: true;
  /**
   * OpenAI's Chat Completions refuses function tools together with reasoning: `omit` the effort, ask for `none`, or the
   * request cannot be carried at all (`never`).
   */
  chatToolsEffort?: "omit" | "none" | "never";
}

const LOW_TO_HIGH = ["low", "medium", "high"] as const satisfies readonly Effort[];
const LOW_TO_MAX = [...LOW_TO_HIGH, "xhigh", "max"] as const satisfies readonly Effort[];

/** First match wins. Names are compared without a vendor's prefix, in lower case. */
const FAMILIES: readonly Family[] = [
  { models: /^o[134](?:-|$)/, efforts: LOW_TO_HIGH, sampling: false, stop: false, developer: true },
  { models: /^gpt-5-chat/, efforts: [], chatToolsEffort: "never" },
  openai(/^gpt-5(?:-|$)/, ["minimal", ...LOW_TO_HIGH], false),
  openai(/^gpt-5\.1/, ["none", ...LOW_TO_HIGH], "without_reasoning"),
  phased(openai(/^gpt-5\.(?:3-codex|[45])/, ["none", ...LOW_TO_HIGH, "xhigh"], "without_reasoning", "omit")),
  openai(/^gpt-5\.[23]/, ["none", ...LOW_TO_HIGH, "xhigh"], "without_reasoning", "omit"),
  phased(openai(/^gpt-5\.6/, ["none", ...LOW_TO_MAX], "without_reasoning", "none")),
  phased(openai(/^gpt-6(?:-astra|\.1-sol)/, LOW_TO_MAX, false, "never")),
  phased(openai(/^gpt-6/, ["none", ...LOW_TO_MAX], "without_reasoning", "none")),
  { models: /^gpt-oss/, efforts: LOW_TO_HIGH },
  { models: /^grok-4\.20|^grok-.*non-reasoning/, efforts: [] },
  { models: /^grok-4\.[67]/, efforts: [...LOW_TO_HIGH, "xhigh"], stop: false },
  { models: /^grok-4\.5/, efforts: LOW_TO_HIGH, stop: false },
  { models: /^grok-4\.3/, efforts: ["none", ...LOW_TO_HIGH], stop: false },
  { models: /^grok-3-mini/, efforts: ["low", "high"], stop: false },
  { models: /^kimi-k3/, efforts: ["low", "high", "max"], effortMap: { medium: "high", xhigh: "max" } },
  { models: /^k3/, efforts: ["low", "high", "max"], effortMap: { medium: "high", xhigh: "max" } },
  { models: /^deepseek-(?:v4|flash)/, efforts: ["low", "high", "max"] },
  { models: /^glm-5[.p]3/, efforts: ["low", "high", "max"], effortMap: { medium: "high" } },
  { models: /^glm-5[.p]2/, efforts: ["high", "max"] },
];

function openai(
  models: RegExp,
  efforts: readonly Effort[],
  sampling: false | "without_reasoning",
  chatToolsEffort?: "omit" | "none" | "never",
): Family {
  return { models, efforts, sampling, stop: false, developer: true, ...(chatToolsEffort && { chatToolsEffort }) };
}

/** @see https://platform.openai.com/docs/api-reference/responses/create (`phase` of assistant messages) */
function phased(family: Family): Family {
  return { ...family, phases: true };
}

/** The levels that both the model and the vendor know; undefined for a model whose family is not known. */
export function effortLevels(family: Family | undefined, { efforts }: Quirks): readonly Effort[] | undefined {
  const common = efforts && family?.efforts.filter((level) => efforts.includes(level));
  return common && common.length > 0 ? common : family?.efforts;
}

/** @returns undefined for a model whose family is not known */
export function familyOf(model: string): Family | undefined {
  const name = model.slice(model.lastIndexOf("/") + 1).toLowerCase();
  return FAMILIES.find(({ models }) => models.test(name));
}
