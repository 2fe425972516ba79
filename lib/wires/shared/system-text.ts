import { removeTags } from "../../anthropic/subagent-tag.ts";
import type { Block, CacheControl, MessagesBody } from "../../anthropic/types.ts";

/** Claude Code's note to Anthropic's billing. It changes from request to request and would spoil other vendors' prompt caches. */
const BILLING_LINE = /^x-anthropic-billing-header:[^\n]*\n?/;

export interface SystemText {
  text: string;
  cache: CacheControl | undefined;
}

/** The texts of `system`, or of a system message, that are meant for the model. */
export function systemTexts(system: MessagesBody["system"]): SystemText[] {
  const blocks: Block[] =
    typeof system === "string" ? [{ type: "text", text: system }] : Array.isArray(system) ? system : [];
  const texts: SystemText[] = [];
  for (const block of blocks) {
    if (typeof block?.text !== "string") continue;
    const text = removeTags(block.text.replace(BILLING_LINE, ""));
    if (text.trim() !== "") texts.push({ text, cache: (block.cache_control as CacheControl | null) ?? undefined });
  }
  return texts;
}

/** How an instruction in mid-conversation is told to a model whose protocol has no place for one there: as Claude Code does. */
export function systemReminder(text: string): string {
  return `<system-reminder>\n${text}\n</system-reminder>`;
}
