import type { Tier } from "./types.ts";

const TIER_WORDS: Readonly<Record<string, Tier>> = {
  fable: "opus",
  mythos: "opus",
  opus: "opus",
  sonnet: "sonnet",
  haiku: "haiku",
};

/** The tier that a model's name promises, e.g. `claude-3-5-sonnet-20241022` or `anthropic/claude-opus-5`; undefined for others. */
export function tierOf(modelName: string): Tier | undefined {
  const word = /(?<![a-z])(fable|mythos|opus|sonnet|haiku)(?![a-z])/i.exec(modelName)?.[1];
  return word === undefined ? undefined : TIER_WORDS[word.toLowerCase()];
}

/** `4.6` for `claude-opus-4-6`, `anthropic/claude-opus-4.6` and `claude-opus-4-6@default`; undefined where it is no Claude. */
export function claudeVersion(modelName: string): number | undefined {
  const found =
    /claude-(?:fable|mythos|opus|sonnet|haiku)-(\d)(?:[-.](\d)(?!\d))?/.exec(modelName) ??
    /claude-(\d)(?:[-.](\d)(?!\d))?-(?:opus|sonnet|haiku)/.exec(modelName);
  return found ? Number(`${found[1]}.${found[2] ?? 0}`) : undefined;
}

/**
 * A Claude id as another house spells it.
 * @param form `vendor/dotted`: `anthropic/claude-opus-4.8`, only if `isKnown`; `at-date`: `claude-opus-4-5@20251101` as Vertex has it
 */
export function spellClaude(
  name: string,
  form: "vendor/dotted" | "at-date",
  isKnown: (id: string) => boolean,
): string | undefined {
  if (!name.startsWith("claude-")) return undefined;
  if (form === "at-date") {
    const candidates = [name.replace(/-(\d{8})$/, "@$1"), `${name}@default`];
    return candidates.find(isKnown) ?? (candidates[0] === name ? undefined : candidates[0]);
  }
  const undated = name.replace(/-\d{8}$/, "");
  const dotted = `anthropic/${undated.replace(/-(\d)-(\d)$/, "-$1.$2")}`;
  return isKnown(dotted) ? dotted : undefined;
}

/** The name without Claude Code's mark for the long context (`NAME[1m]`), which is no part of any id. */
export function withoutMark(name: string): string {
  return name.replace(/\[1m\]$/i, "");
}
