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

/** Two usages as one. */
export function addUsage(a: Usage, b: Usage): Usage {
  return add(a as unknown as Counts, b as unknown as Counts) as unknown as Usage;
}

type Counts = { readonly [key: string]: unknown };

function add(a: Counts, b: Counts): Counts {
  const sum: Record<string, unknown> = { ...a };
  for (const [key, value] of Object.entries(b)) {
    const before = sum[key];
    if (typeof value === "number" && typeof before === "number") sum[key] = before + value;
    else if (isCounts(value) && isCounts(before)) sum[key] = add(before, value);
    else sum[key] = value ?? before;
  }
  return sum;
}

function isCounts(value: unknown): value is Counts {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
