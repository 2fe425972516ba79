import type { Usage } from "../../anthropic/types.ts";

type Counts = Record<string, unknown>;

/**
 * A Chat Completions usage in Anthropic's arithmetic: OpenAI counts cached tokens inside `prompt_tokens`, Anthropic
 * outside of `input_tokens`.
 * @param reasoningOnTop the vendor leaves reasoning out of `completion_tokens`
 * @returns undefined when the value is no usage
 */
export function readUsage(value: unknown, reasoningOnTop = false): Usage | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const usage = value as Counts;
  if (typeof usage.prompt_tokens !== "number" && typeof usage.completion_tokens !== "number") return undefined;
  const details = (usage.prompt_tokens_details ?? usage.prompt_token_details ?? {}) as Counts;
  const prompt = count(usage.prompt_tokens);
  const cached = firstCount(
    details.cached_tokens,
    usage.prompt_cache_hit_tokens,
    usage.cached_tokens,
    usage.num_cached_tokens,
  );
  const written = count(details.cache_write_tokens);
  const completion = count(usage.completion_tokens);
  const reasoning = firstCount(
    (usage.completion_tokens_details as Counts | null)?.reasoning_tokens,
    usage.reasoning_tokens,
  );
  return {
    input_tokens: Math.max(0, prompt - cached - written),
    // Some vendors leave reasoning out for some models only; more reasoning than completion gives them away.
    output_tokens: completion + (reasoningOnTop || reasoning > completion ? reasoning : 0),
    ...(cached > 0 && { cache_read_input_tokens: cached }),
    ...(written > 0 && { cache_creation_input_tokens: written }),
    ...(reasoning > 0 && { output_tokens_details: { thinking_tokens: reasoning } }),
  };
}

function firstCount(...values: unknown[]): number {
  return count(values.find((value) => typeof value === "number" && value > 0));
}

function count(value: unknown): number {
  return typeof value === "number" && value > 0 ? Math.floor(value) : 0;
}
