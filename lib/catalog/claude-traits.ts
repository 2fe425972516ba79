import type { Effort } from "./types.ts";

/** What a Claude model takes, so that a request made for one fits another. */
export interface ClaudeTraits {
  maxOutput: number;
  adaptive: boolean;
  /** `thinking.type: "enabled"` with a budget. */
  budget: boolean;
  /** `thinking.type: "disabled"`; some only up to the effort `high`. */
  off: boolean | "up_to_high";
  betweenTools: boolean;
  /** `temperature`, `top_p`, `top_k`. */
  sampling: boolean;
  /** `tool_choice` of type `any` or `tool`. */
  forcedChoice: boolean;
  efforts: readonly Effort[];
  /** Messages of the role `system` in mid-conversation. */
  midSystem: boolean;
}

const ALL_EFFORTS = ["low", "medium", "high", "xhigh", "max"] as const satisfies readonly Effort[];

const CURRENT: ClaudeTraits = {
  maxOutput: 128_000,
  adaptive: true,
  budget: false,
  off: false,
  betweenTools: false,
  sampling: false,
  forcedChoice: true,
  efforts: ALL_EFFORTS,
  midSystem: true,
};
const OLDER: ClaudeTraits = {
  ...CURRENT,
  maxOutput: 64_000,
  adaptive: false,
  budget: true,
  off: true,
  sampling: true,
  efforts: [],
  midSystem: false,
};

/**
 * First match wins; names are compared with dashes. Where sources disagree, the row has what all of them allow.
 * @see https://platform.claude.com/docs/en/build-with-claude/adaptive-thinking
 */
const TRAITS: readonly (readonly [RegExp, ClaudeTraits])[] = [
  [/sonnet-5-5/, { ...CURRENT, forcedChoice: false, betweenTools: true }],
  [/opus-5-5|fable-5-[12]/, { ...CURRENT, forcedChoice: false }],
  [/haiku-5-5/, { ...CURRENT, off: "up_to_high" }],
  [/opus-5(?!\d)/, { ...CURRENT, off: "up_to_high", midSystem: false }],
  [/fable-5|mythos-/, { ...CURRENT, midSystem: false }],
  [/sonnet-5(?!\d)|opus-4-[78]/, { ...CURRENT, off: true, midSystem: false }],
  [/(?:opus|sonnet)-4-6/, { ...OLDER, maxOutput: 128_000, adaptive: true, efforts: ["low", "medium", "high", "max"] }],
  [/opus-4-5/, { ...OLDER, efforts: ["low", "medium", "high"] }],
  [/opus-4/, { ...OLDER, maxOutput: 32_000 }],
  [/(?:sonnet|haiku)-4|claude-[23]/, OLDER],
  [/claude-/, { ...CURRENT, off: "up_to_high", midSystem: false }],
];

/** Asked with each request, for the same few names. */
const known = new Map<string, ClaudeTraits | undefined>();
const MOST_KNOWN = 100;

/** @returns undefined for a model that is no Claude */
export function claudeTraits(model: string): ClaudeTraits | undefined {
  if (!known.has(model)) {
    if (known.size >= MOST_KNOWN) known.clear();
    known.set(model, findTraits(model));
  }
  return known.get(model);
}

function findTraits(model: string): ClaudeTraits | undefined {
  const name = model.toLowerCase().replaceAll(".", "-");
  return name.includes("claude") ? TRAITS.find(([models]) => models.test(name))?.[1] : undefined;
}
