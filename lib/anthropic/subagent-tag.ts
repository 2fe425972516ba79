/**
 * The tag by which a subagent's prompt names its model: `<CCM-SUBAGENT-MODEL>name</CCM-SUBAGENT-MODEL>`.
 * It is for us alone and must not reach a provider.
 */
const TAG = /<CCM-SUBAGENT-MODEL>([^<]*)<\/CCM-SUBAGENT-MODEL>/g;

/** Bytes that every tag holds, for a cheap look before anything is decoded. Short, because Node finds short ones faster. */
export const TAG_NEEDLE = "CCM-SUB";

/** @returns the first name that is not blank, trimmed */
export function findTag(text: string): string | undefined {
  for (const [, name] of text.matchAll(TAG)) if (name?.trim()) return name.trim();
  return undefined;
}

/** @returns the text without any tag; everything else, spaces included, stays as it was */
export function removeTags(text: string): string {
  return text.replaceAll(TAG, "");
}
