import { ERROR_STATUS } from "../anthropic/errors.ts";
import type { Failure, FailureReason } from "../catalog/failure-reasons.ts";
import { type FailureSignal, GENERIC_SIGNALS, reasonOfStatus, SIGNALS_BY_TYPE } from "../catalog/failure-signals.ts";
import { type Headers, readRetryAfter } from "./retry-after.ts";

/** Longest message that is kept; more is some page of HTML. */
const MAX_MESSAGE = 400;

/** An upstream's refusal as it came over HTTP. */
export interface Refusal {
  status: number;
  headers: Headers;
  body: Buffer;
}

/**
 * What an upstream's error answer means.
 * @param type catalogue id of the provider's type, for what only that vendor says
 * @param now epoch ms
 */
export function readFailure(type: string, refusal: Refusal, now: number): Failure {
  const text = refusal.body.toString("utf8");
  const parsed = parse(text);
  if (parsed === undefined && /^\s*</.test(text)) {
    const reason = refusal.status >= 500 || refusal.status < 400 ? "bad_answer" : reasonOfStatus(refusal.status);
    return {
      reason,
      message: `an HTML page instead of an answer (HTTP ${refusal.status})`,
      ...facts(refusal, undefined, "", now),
    };
  }
  const words = readWords(parsed) ?? { message: text.trim(), codes: [] };
  const signalled = matchSignals(type, refusal.status, words, refusal.headers, text);
  // "api_error" and its like say less than a status such as 503 does.
  const vague = signalled === undefined || (signalled === "server_error" && refusal.status >= 500);
  const reason = vague ? reasonOfStatus(refusal.status) : signalled;
  return {
    reason,
    message: shorten(words.message || `HTTP ${refusal.status}`),
    ...facts(refusal, parsed, words.message, now),
  };
}

/** Words by which Claude Code knows that a conversation has grown too long. */
const KNOWN_OVERFLOW = /prompt is too long|input is too long|exceed context limit/i;

/** Is the refusal one that a client of Anthropic's protocol understands as it came? Not every server of it says so in its envelope. */
export function isForClient(refusal: Buffer, { reason }: Failure): boolean {
  const { type, error } = (parse(refusal.toString("utf8")) ?? {}) as {
    type?: unknown;
    error?: Record<string, unknown>;
  };
  if (type !== "error" || typeof error?.type !== "string" || typeof error.message !== "string") return false;
  return reason !== "context_too_long" || KNOWN_OVERFLOW.test(error.message);
}

/**
 * What an error object inside a stream with status 200 means.
 * @param body the event's JSON: an Anthropic or OpenAI envelope, a flat error, or Google's
 */
export function readStreamError(type: string, body: unknown, now: number): Failure {
  const words = readWords(body) ?? { message: "the stream reported an error", codes: [] };
  const embedded = Number(words.codes.find((code) => /^[45]\d\d$/.test(code)));
  const status = Number.isNaN(embedded) ? undefined : embedded;
  const meant = status ?? words.codes.map(statusOfType).find((found) => found !== undefined);
  const reason =
    matchSignals(type, status, words, {}, words.message) ??
    (meant === undefined ? "server_error" : reasonOfStatus(meant));
  const retryAfterMs = readRetryAfter({}, body, words.message, now);
  return {
    reason,
    message: shorten(words.message),
    ...(status !== undefined && { status }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
}

/** The status with which the error would have come before the stream had begun. */
function statusOfType(type: string): number | undefined {
  return Object.hasOwn(ERROR_STATUS, type) ? ERROR_STATUS[type as keyof typeof ERROR_STATUS] : undefined;
}

interface Words {
  message: string;
  /** Everything in the error that may be a code: `code`, `type`, `status`, `reason`, `details.error_code`. */
  codes: string[];
  /** Names of quotas that were exceeded; signals' texts look at them too. */
  quotas?: string[];
}

/** Finds message and codes in the envelopes that vendors use; undefined when the body is none of them. */
export function readWords(body: unknown): Words | undefined {
  const outer = Array.isArray(body) ? body[0] : body;
  if (typeof outer !== "object" || outer === null) return undefined;
  const { error, detail, message, errors, base_resp: state, msg } = outer as Record<string, unknown>;
  if (typeof error === "string") return { message: error, codes: codesOf(outer as Record<string, unknown>) };
  if (typeof error === "object" && error !== null) {
    const inner = error as Record<string, unknown>;
    return {
      message: messageOf(inner) ?? messageOf(outer as Record<string, unknown>) ?? "",
      codes: codesOf(inner),
      quotas: quotasOf(inner.details),
    };
  }
  if (typeof message === "string") {
    const codes = codesOf(outer as Record<string, unknown>);
    const appended = /\((\d{4})\)\s*$/.exec(message)?.[1];
    return { message, codes: appended ? [...codes, appended] : codes };
  }
  // MiniMax's and z.ai's own ways, which shine through.
  const { status_msg: said, status_code: code } = (state ?? {}) as { status_msg?: unknown; status_code?: unknown };
  if (typeof said === "string" && code !== 0) return { message: said, codes: [String(code)] };
  if (typeof msg === "string") return { message: msg, codes: codesOf(outer as Record<string, unknown>) };
  if (detail !== undefined) return { message: typeof detail === "string" ? detail : JSON.stringify(detail), codes: [] };
  if (errors !== undefined) return { message: JSON.stringify(errors), codes: [] };
  return undefined;
}

function messageOf(error: Record<string, unknown>): string | undefined {
  if (typeof error.message === "string") return `${error.message}${saidBehind(error.metadata)}`;
  return error.message === undefined ? undefined : JSON.stringify(error.message);
}

/**
 * What a vendor behind the vendor said: "Provider returned error" tells nobody anything.
 * @see https://openrouter.ai/docs/api-reference/errors
 */
function saidBehind(metadata: unknown): string {
  const { raw, provider_name: name } = (metadata ?? {}) as { raw?: unknown; provider_name?: unknown };
  const said = typeof raw === "string" ? (readWords(parse(raw))?.message ?? raw) : readWords(raw)?.message;
  if (!said?.trim()) return "";
  return `: ${typeof name === "string" ? `${name}: ` : ""}${said.trim()}`;
}

/** The names of Google's quotas that were exceeded: only they tell a day's from a minute's. */
function quotasOf(details: unknown): string[] {
  const violations = (Array.isArray(details) ? details : []).flatMap((detail) => detail?.violations ?? []);
  return violations.map((violation) => violation?.quotaId).filter((quota) => typeof quota === "string");
}

function codesOf(error: Record<string, unknown>): string[] {
  const details = error.details;
  const nested = Array.isArray(details)
    ? details.flatMap((d: Record<string, unknown>) => [d?.reason])
    : [(details as Record<string, unknown> | undefined)?.error_code];
  const { limit_source: limit } = (error.metadata ?? {}) as { limit_source?: unknown };
  const message =
    typeof error.message === "string" ? (/\((\d{4})\)\s*$/.exec(error.message)?.[1] ?? undefined) : undefined;
  return [error.code, error.type, error.status, error.reason, message, limit, ...nested]
    .filter((code) => typeof code === "string" || typeof code === "number")
    .map(String);
}

function matchSignals(
  type: string,
  status: number | undefined,
  words: Words,
  headers: Headers,
  raw: string,
): FailureReason | undefined {
  const codes = new Set(words.codes.map((code) => code.toLowerCase()));
  const text = [words.message || raw, ...(words.quotas ?? [])].join("\n");
  const holds = (signal: FailureSignal): boolean => {
    if (signal.status && status !== undefined && !signal.status.includes(status)) return false;
    if (signal.status && status === undefined && !signal.code && !signal.text) return false;
    if (signal.code && !signal.code.some((code) => codes.has(code.toLowerCase()))) return false;
    if (signal.text && !signal.text.test(text)) return false;
    if (signal.header && !signal.header[1].test(String(headers[signal.header[0]] ?? ""))) return false;
    return !signal.unless?.test(text);
  };
  return (SIGNALS_BY_TYPE[type]?.find(holds) ?? GENERIC_SIGNALS.find(holds))?.reason;
}

function facts(refusal: Refusal, body: unknown, message: string, now: number): Partial<Failure> {
  const retryAfterMs = readRetryAfter(refusal.headers, body, message, now);
  const id = refusal.headers["request-id"] ?? refusal.headers["x-request-id"];
  return {
    status: refusal.status,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(typeof id === "string" && { upstreamRequestId: id }),
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // an error body need not be JSON; the caller takes the text
  }
}

function shorten(message: string): string {
  const line = message.replace(/\s+/g, " ").trim();
  return line.length <= MAX_MESSAGE ? line : `${line.slice(0, MAX_MESSAGE - 1)}…`;
}
