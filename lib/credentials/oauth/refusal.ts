import type { LoginFacts } from "../../catalog/logins.ts";
import type { Reply } from "./http.ts";

/**
 * What the refusal of a token endpoint means.
 * - `sign_in`: the login is over, only the user can mend it
 * - `blocked`: the vendor or an administrator has shut the account out
 * - `later`: it may work another time; the login is kept
 */
export type RefusalKind = "sign_in" | "blocked" | "later";

/** The token endpoint did not give a token. */
export class TokenRefused extends Error {
  override readonly name = "TokenRefused";
  readonly kind: RefusalKind;
  readonly code: string;
  /** The server may have spent the refresh token all the same. */
  readonly maybeSpent: boolean;
  readonly retryAfterMs: number | undefined;
  constructor(
    kind: RefusalKind,
    code: string,
    message: string,
    more: { maybeSpent?: boolean; retryAfterMs?: number | undefined } = {},
  ) {
    super(message);
    this.kind = kind;
    this.code = code;
    this.maybeSpent = more.maybeSpent ?? false;
    this.retryAfterMs = more.retryAfterMs;
  }
}

/** Reads an answer that is not 2xx. Codes decide; descriptions are for people, and may say anything. */
export function readRefusal(reply: Reply, facts: LoginFacts): TokenRefused {
  const codes = errorCodes(reply.json);
  const message = describe(reply);
  const [code = `http_${reply.status}`] = codes;
  if (facts.blocked?.test(message)) return new TokenRefused("blocked", code, message);
  const terminal = codes.find((each) => facts.terminal.includes(each));
  const isClientError = reply.status === 400 || reply.status === 401 || reply.status === 403;
  if (isClientError && terminal !== undefined) return new TokenRefused("sign_in", terminal, message);
  if (reply.status === 401 && facts.terminal401) return new TokenRefused("sign_in", code, message);
  return new TokenRefused("later", code, message, { retryAfterMs: readWait(reply.headers) });
}

/** Where vendors put a code: `error`, `error.code`, `error.type`, `code`, and Google's `error_subtype`. */
function errorCodes(body: unknown): string[] {
  const { error, code, error_subtype } = fields(body);
  const inner = fields(error);
  return [error, inner.code, inner.type, code, error_subtype]
    .filter((each): each is string => typeof each === "string")
    .map((each) => each.toLowerCase());
}

const MAX_MESSAGE = 200;

function describe(reply: Reply): string {
  const { error, error_description, message } = fields(reply.json);
  const told = [error_description, fields(error).message, message, error].find((each) => typeof each === "string");
  const text = typeof told === "string" && told !== "" ? told : `HTTP ${reply.status}`;
  return text.replace(/\s+/g, " ").slice(0, MAX_MESSAGE);
}

/** `Retry-After` in seconds or as a date, and Anthropic's `Retry-After-Ms`. */
function readWait(headers: Headers): number | undefined {
  const ms = Number(headers.get("retry-after-ms") ?? Number.NaN);
  if (ms > 0) return ms;
  const given = headers.get("retry-after");
  if (given === null) return undefined;
  const seconds = Number(given);
  const wait = Number.isNaN(seconds) ? Date.parse(given) - Date.now() : seconds * 1000;
  return wait > 0 ? wait : undefined;
}

function fields(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
