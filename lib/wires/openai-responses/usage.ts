import type { Usage } from "../../anthropic/types.ts";

interface ResponseUsage {
  input_tokens?: unknown;
  output_tokens?: unknown;
  input_tokens_details?: { cached_tokens?: unknown; cache_write_tokens?: unknown } | null;
  output_tokens_details?: { reasoning_tokens?: unknown } | null;
}

/**
 * A response's usage in Anthropic's arithmetic: OpenAI counts cached tokens inside `input_tokens`, Anthropic outside.
 * @returns undefined when the value is no usage
 */
export function readUsage(value: unknown): Usage | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const usage = value as ResponseUsage;
  if (typeof usage.input_tokens !== "number" && typeof usage.output_tokens !== "number") return undefined;
  const cached = count(usage.input_tokens_details?.cached_tokens);
  const written = count(usage.input_tokens_details?.cache_write_tokens);
  const reasoning = count(usage.output_tokens_details?.reasoning_tokens);
  return {
    input_tokens: Math.max(0, count(usage.input_tokens) - cached - written),
    output_tokens: count(usage.output_tokens),
    ...(cached > 0 && { cache_read_input_tokens: cached }),
    ...(written > 0 && { cache_creation_input_tokens: written }),
    ...(reasoning > 0 && { output_tokens_details: { thinking_tokens: reasoning } }),
  };
}

function count(value: unknown): number {
  return typeof value === "number" && value > 0 ? Math.floor(value) : 0;
}
