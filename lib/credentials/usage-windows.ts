/**
 * How much of a plan is used up, from the headers of the vendor's answers.
 * @module
 */

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** One window of a plan's limits. */
export interface UsageWindow {
  /** `5h` or `7d`, or another length that the vendor names. */
  window: string;
  /** 0 to 1 and, when the vendor lets one go on for money, beyond. */
  used: number;
  /** Epoch ms. */
  resets_at?: number;
}

export interface PlanUsage {
  windows: UsageWindow[];
  /** The plan is used up, and the vendor goes on for money. */
  overage: boolean;
  /** Epoch ms of the answer. */
  seen_at: number;
}

/** @returns undefined when the answer says nothing of a plan */
export function readPlanUsage(headers: Headers, now: number): PlanUsage | undefined {
  const windows = [...anthropicWindows(headers), ...codexWindows(headers, now)];
  if (windows.length === 0) return undefined;
  const isUsedUp = windows.some(({ used }) => used >= 1);
  const overage = isUsedUp && /^allowed/.test(text(headers, `${ANTHROPIC}overage-status`) ?? "");
  return { windows, overage, seen_at: now };
}

const ANTHROPIC = "anthropic-ratelimit-unified-";

/** `anthropic-ratelimit-unified-5h-utilization` (0 to 1) and `-5h-reset` (epoch seconds). */
function anthropicWindows(headers: Headers): UsageWindow[] {
  return Object.keys(headers).flatMap((name) => {
    const window = /^anthropic-ratelimit-unified-(.+)-utilization$/.exec(name)?.[1];
    const used = number(headers, name);
    if (window === undefined || used === undefined) return [];
    const reset = number(headers, `${ANTHROPIC}${window}-reset`);
    return [{ window, used, ...(reset !== undefined && { resets_at: reset * 1000 }) }];
  });
}

/** `x-codex-primary-used-percent`, `-window-minutes`, `-reset-at` (epoch seconds) or `-reset-after-seconds`; the same with `secondary`. */
function codexWindows(headers: Headers, now: number): UsageWindow[] {
  return ["primary", "secondary"].flatMap((which) => {
    const read = (field: string): number | undefined => number(headers, `x-codex-${which}-${field}`);
    const used = read("used-percent");
    if (used === undefined) return [];
    const at = read("reset-at");
    const after = read("reset-after-seconds");
    const reset = at !== undefined ? at * 1000 : after !== undefined ? now + after * 1000 : undefined;
    const window = lengthOf(read("window-minutes") ?? 0) ?? which;
    return [{ window, used: used / 100, ...(reset !== undefined && { resets_at: reset }) }];
  });
}

function lengthOf(minutes: number): string | undefined {
  if (minutes <= 0) return undefined;
  const hours = Math.round(minutes / 60);
  return hours >= 48 ? `${Math.round(hours / 24)}d` : `${hours}h`;
}

function number(headers: Headers, name: string): number | undefined {
  const value = text(headers, name);
  const parsed = value === undefined || value === "" ? Number.NaN : Number(value);
  return Number.isFinite(parsed) ? parsed : undefined;
}

function text(headers: Headers, name: string): string | undefined {
  const value = headers[name];
  return typeof value === "string" ? value : undefined;
}
