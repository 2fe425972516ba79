import type { Usage } from "./types.ts";

export const NO_USAGE: Readonly<Usage> = { input_tokens: 0, output_tokens: 0 };

/**
 * Takes over what a later report says: values are cumulative totals, and null or absent ones leave the earlier value.
 * @param report `usage` of message_start, message_delta or a whole answer, as it came
 */
export function mergeUsage(usage: Usage, report: unknown): Usage {
  if (typeof report !== "object" || report === null) return usage;
  const merged: Record<string, unknown> = { ...usage };
  for (const [key, value] of Object.entries(report)) if (value !== null && value !== undefined) merged[key] = value;
  return merged as unknown as Usage;
}
