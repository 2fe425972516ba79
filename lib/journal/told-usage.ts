import type { Usage } from "../anthropic/types.ts";

/** A vendor's account of an answer, made fit for sums. */
export interface ToldUsage {
  usage: Usage;
  /** Every count in it was one. Of an account with something else, nobody knows what the answer cost. */
  isSound: boolean;
}

/** Ten times the largest context that any model has. What is beyond it was not counted but miscounted. */
const MOST_TOKENS = 100_000_000;

const COUNTS = ["input_tokens", "output_tokens", "cache_read_input_tokens", "cache_creation_input_tokens"] as const;

/**
 * Takes from a vendor's account what is billed or shown: whole numbers, whatever stood there. Some vendors write numbers as
 * text, and that is understood. Nothing stands for what is less than nothing, more than can be, or no number: one such answer
 * must not spoil the sums of a month, or use up its budget.
 * @param told as it came, whatever its type promises
 */
export function readUsage(told: Usage): ToldUsage {
  let isSound = true;
  const count = (value: unknown): number => {
    const number = typeof value === "string" && value.trim() !== "" ? Number(value) : (value ?? 0);
    if (typeof number === "number" && number >= 0 && number <= MOST_TOKENS) return Math.round(number);
    isSound = false;
    return 0;
  };
  const read = (account: Record<string, unknown>): Usage => {
    const usage: Record<string, unknown> = { input_tokens: 0, output_tokens: 0 };
    for (const key of COUNTS) if (account[key] !== undefined) usage[key] = count(account[key]);
    for (const [key, part] of PARTS) {
      const value = partsOf(account[key])[part];
      if (value !== undefined) usage[key] = { [part]: count(value) };
    }
    const { iterations } = account;
    if (Array.isArray(iterations))
      usage.iterations = iterations.map(partsOf).map((step) => ({ ...read(step), type: step.type, model: step.model }));
    return usage as unknown as Usage;
  };
  return { usage: read(partsOf(told)), isSound };
}

/** What is counted apart, and where it stands. */
const PARTS = [
  ["cache_creation", "ephemeral_1h_input_tokens"],
  ["output_tokens_details", "thinking_tokens"],
  ["server_tool_use", "web_search_requests"],
] as const;

function partsOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
