import type { Usage } from "../../anthropic/types.ts";
import type { JournalEntry } from "../../journal/entry.ts";

/** Tokens of the prompt: those read anew, those read from the cache and those written to it. */
export function inputTokens(usage: Usage): number {
  return usage.input_tokens + (usage.cache_read_input_tokens ?? 0) + (usage.cache_creation_input_tokens ?? 0);
}

/** Whole per cent of all prompt tokens that came from a cache; undefined while no prompt has been counted. */
export function cacheShare(entries: readonly JournalEntry[]): number | undefined {
  let all = 0;
  let cached = 0;
  for (const { usage } of entries) {
    if (!usage) continue;
    all += inputTokens(usage);
    cached += usage.cache_read_input_tokens ?? 0;
  }
  return all === 0 ? undefined : Math.round((cached / all) * 100);
}
