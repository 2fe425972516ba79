/** Response headers with lower-case names, as Node gives them. */
export type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** Longest pause that is believed. */
const MAX_MS = 24 * 3600 * 1000;

/** Headers that tell when a limit is filled up again, each with the one that tells what is left of it. */
const LIMITS = [
  ...["requests", "tokens", "input-tokens", "output-tokens"].map((what) => ({
    reset: `anthropic-ratelimit-${what}-reset`,
    left: `anthropic-ratelimit-${what}-remaining`,
  })),
  ...["requests", "tokens"].map((what) => ({
    reset: `x-ratelimit-reset-${what}`,
    left: `x-ratelimit-remaining-${what}`,
  })),
  { reset: "x-ratelimit-reset", left: "x-ratelimit-remaining" },
] as const;

/**
 * How long an upstream asks to be left alone, in ms, from whichever form it uses. In the order of trust: `retry-after-ms`,
 * `retry-after` (seconds or HTTP date), Google's RetryInfo, ChatGPT's `resets_at` / `resets_in_seconds`, the unified reset
 * of a Claude plan, words such as "try again in 5.2s", rate-limit reset headers: the last of the limits that are used
 * up; where it is not told what is left of them, the soonest.
 * @param now epoch ms
 * @returns undefined where it says nothing
 */
export function readRetryAfter(headers: Headers, body: unknown, message: string, now: number): number | undefined {
  const ms = number(headers["retry-after-ms"]);
  if (ms !== undefined) return clamp(ms);
  const told = header(headers, "retry-after");
  if (told) {
    const seconds = number(told);
    const date = Date.parse(told);
    if (seconds !== undefined) return clamp(seconds * 1000);
    if (!Number.isNaN(date)) return clamp(date - now);
  }
  const inBody = bodyHint(body, now);
  if (inBody !== undefined) return clamp(inBody);
  const unified = number(headers["anthropic-ratelimit-unified-reset"]);
  if (unified !== undefined) return clamp(unified * 1000 - now);
  const inWords = wordsHint(message);
  if (inWords !== undefined) return clamp(inWords);
  const limits = LIMITS.flatMap(({ reset, left }) => {
    const ms = moment(header(headers, reset), now);
    return ms === undefined ? [] : { ms, left: number(headers[left]) };
  });
  const waits = (left: number | undefined): number[] =>
    limits.filter((limit) => limit.left === left).map(({ ms }) => ms);
  const [usedUp, untold] = [waits(0), waits(undefined)];
  if (usedUp.length > 0) return clamp(Math.max(...usedUp));
  return untold.length > 0 ? clamp(Math.min(...untold)) : undefined;
}

/** `1h2m3.5s`, `370ms`, `12` (seconds) in ms. */
export function duration(text: string): number | undefined {
  if (/^[\d.]+$/.test(text)) return Number(text) * 1000;
  const parts = [...text.matchAll(/([\d.]+)(ms|h|m|s)/g)];
  if (parts.length === 0 || parts.map((p) => p[0]).join("") !== text) return undefined;
  return parts.reduce((sum, [, n, unit]) => sum + Number(n) * UNIT_MS[unit as keyof typeof UNIT_MS], 0);
}

const UNIT_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

/** "Please retry in 12.3s", "try again in 1m26.4s", "retry after 20 seconds". */
function wordsHint(message: string): number | undefined {
  const told = /(?:retry|try again) (?:in|after) ~?(?=\d)/i.exec(message);
  if (!told) return undefined;
  const amount = /\s*(\d+(?:\.\d+)?)\s*(ms|[hms])?([a-z]*)/iy;
  amount.lastIndex = told.index + told[0].length;
  let sum: number | undefined;
  for (let found = amount.exec(message); found; found = amount.exec(message)) {
    const [, n, unit = "s", rest = ""] = found;
    if (!/^(?:illiseconds?|ec(?:ond)?s?|in(?:ute)?s?|(?:ou)?rs?)?$/i.test(rest)) break;
    const ms = rest.toLowerCase().startsWith("illi") ? 1 : UNIT_MS[unit.toLowerCase() as keyof typeof UNIT_MS];
    sum = (sum ?? 0) + Number(n) * ms;
  }
  return sum;
}

/** A moment as a date, in seconds or ms since 1970, or as a duration from now; in ms from now. */
function moment(told: string | undefined, now: number): number | undefined {
  if (told === undefined) return undefined;
  if (/^\d{4}-\d\d-/.test(told)) {
    const date = Date.parse(told);
    return Number.isNaN(date) ? undefined : date - now;
  }
  const amount = number(told);
  if (amount === undefined || amount < 1e9) return duration(told.trim());
  return (amount < 1e12 ? amount * 1000 : amount) - now;
}

function bodyHint(body: unknown, now: number): number | undefined {
  const error = (body as { error?: Record<string, unknown> } | undefined)?.error;
  if (typeof error !== "object" || error === null) return undefined;
  for (const detail of Array.isArray(error.details) ? (error.details as Record<string, unknown>[]) : []) {
    const delay =
      detail?.retryDelay ?? (detail?.metadata as { quotaResetDelay?: unknown } | undefined)?.quotaResetDelay;
    if (typeof delay === "string") return duration(delay);
  }
  if (typeof error.resets_at === "number") return error.resets_at * 1000 - now;
  if (typeof error.resets_in_seconds === "number") return error.resets_in_seconds * 1000;
  return undefined;
}

function header(headers: Headers, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}

function number(value: string | string[] | undefined): number | undefined {
  const text = Array.isArray(value) ? value[0] : value;
  return text !== undefined && /^\s*\d+(\.\d+)?\s*$/.test(text) ? Number(text) : undefined;
}

function clamp(ms: number): number {
  return Math.min(Math.max(Math.ceil(ms), 0), MAX_MS);
}
