/** Response headers with lower-case names, as Node gives them. */
export type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** Longest pause that is believed. */
const MAX_MS = 24 * 3600 * 1000;

/** Headers that give the pause as a duration such as `6m0s`, `370ms` or seconds. */
const DURATION_HEADERS = ["x-ratelimit-reset-requests", "x-ratelimit-reset-tokens"] as const;

/**
 * How long an upstream asks to be left alone, in ms, from whichever form it uses. In the order of trust: `retry-after-ms`,
 * `retry-after` (seconds or HTTP date), Google's RetryInfo, ChatGPT's `resets_at` / `resets_in_seconds`, the unified reset
 * of a Claude plan, words such as "try again in 5.2s", rate-limit reset headers.
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
  const words = /(?:retry|try again) in ([\d.]+\s*(?:ms|s|m|h)?(?:[\d.]+s)?)/i.exec(message)?.[1];
  const inWords = words === undefined ? undefined : duration(words.replaceAll(" ", ""));
  if (inWords !== undefined) return clamp(inWords);
  const durations = DURATION_HEADERS.map((name) => duration(header(headers, name) ?? "")).filter(
    (d) => d !== undefined,
  );
  return durations.length > 0 ? clamp(Math.min(...durations)) : undefined;
}

/** `1h2m3.5s`, `370ms`, `12` (seconds) in ms. */
export function duration(text: string): number | undefined {
  if (/^[\d.]+$/.test(text)) return Number(text) * 1000;
  const parts = [...text.matchAll(/([\d.]+)(ms|h|m|s)/g)];
  if (parts.length === 0 || parts.map((p) => p[0]).join("") !== text) return undefined;
  const unit = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;
  return parts.reduce((sum, [, n, u]) => sum + Number(n) * unit[u as keyof typeof unit], 0);
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
