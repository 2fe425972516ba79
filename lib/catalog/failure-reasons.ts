/**
 * Why an attempt at a provider failed: one closed table, read by relay, health, journal, metrics, page and documentation.
 * In the order in which the reasons tell a client most when several attempts failed: first what only it can mend, then what
 * passes, then what the user has to mend.
 *
 * `next` says what the relay does when nothing has reached the client yet:
 * - `retry`: one quick try again at the same provider on a fresh socket, then the next provider
 * - `wait`: if the provider says it is over soon, wait once at the same provider; otherwise the next provider
 * - `refresh`: refresh the login once where there is one, then the next provider
 * - `next`: the next provider at once
 * - `larger`: only a provider whose context window is larger than the one that refused
 * - `stop`: the answer belongs to the client; no other provider is asked
 *
 * `scope` is what cools down: the provider (with its key), only the model at that provider, or nothing.
 * `weight` is how much the failure counts towards the trip threshold; `hard` trips at once.
 * `status` and `type` are what the client is told when this is the most telling failure of all attempts; `again` whether it
 * does well to come back by itself.
 */
export const FAILURE_REASONS = {
  client_login: {
    label: "the client's own login was refused",
    next: "stop",
    scope: "none",
    weight: 0,
    status: 401,
    type: "authentication_error",
    again: true,
  },
  content_refused: {
    label: "content refused",
    next: "stop",
    scope: "none",
    weight: 0,
    status: 400,
    type: "invalid_request_error",
    again: false,
  },
  other_form: {
    label: "asked for in another form",
    next: "stop",
    scope: "none",
    weight: 0,
    status: 400,
    type: "invalid_request_error",
    again: false,
  },
  bad_request: {
    label: "request refused",
    next: "stop",
    scope: "none",
    weight: 0,
    status: 400,
    type: "invalid_request_error",
    again: false,
  },
  context_too_long: {
    label: "context too long",
    next: "larger",
    scope: "none",
    weight: 0,
    status: 400,
    type: "invalid_request_error",
    again: false,
  },
  rate_limited: {
    label: "rate limited",
    next: "wait",
    scope: "provider",
    weight: 1,
    status: 429,
    type: "rate_limit_error",
    again: true,
  },
  overloaded: {
    label: "overloaded",
    next: "next",
    scope: "provider",
    weight: 1,
    status: 529,
    type: "overloaded_error",
    again: true,
  },
  too_slow: {
    label: "no answer in time",
    next: "next",
    scope: "provider",
    weight: 2,
    status: 529,
    type: "overloaded_error",
    again: true,
  },
  server_error: {
    label: "server error",
    next: "retry",
    scope: "provider",
    weight: 1,
    status: 529,
    type: "overloaded_error",
    again: true,
  },
  reset: {
    label: "connection broke",
    next: "retry",
    scope: "provider",
    weight: 1,
    status: 529,
    type: "overloaded_error",
    again: true,
  },
  connect: {
    label: "could not connect",
    next: "retry",
    scope: "provider",
    weight: 1,
    status: 529,
    type: "overloaded_error",
    again: true,
  },
  truncated: {
    label: "answer was cut off",
    next: "retry",
    scope: "provider",
    weight: 1,
    status: 529,
    type: "overloaded_error",
    again: true,
  },
  empty_answer: {
    label: "empty answer",
    next: "retry",
    scope: "provider",
    weight: 1,
    status: 529,
    type: "overloaded_error",
    again: true,
  },
  bad_answer: {
    label: "answer is not what the protocol promises",
    next: "retry",
    scope: "provider",
    weight: 1,
    status: 529,
    type: "overloaded_error",
    again: true,
  },
  quota_window: {
    label: "plan used up until its window resets",
    next: "next",
    scope: "provider",
    weight: "hard",
    status: 429,
    type: "rate_limit_error",
    again: false,
  },
  model_quota_window: {
    label: "plan's share for this model used up until its window resets",
    next: "next",
    scope: "model",
    weight: "hard",
    status: 429,
    type: "rate_limit_error",
    again: false,
  },
  capability: {
    label: "provider cannot do what the request asks",
    next: "next",
    scope: "none",
    weight: 0,
    status: 400,
    type: "invalid_request_error",
    again: false,
  },
  too_large_for_tier: {
    label: "too large for this account's tier",
    next: "next",
    scope: "none",
    weight: 0,
    status: 413,
    type: "request_too_large",
    again: false,
  },
  auth: {
    label: "key or login refused",
    next: "refresh",
    scope: "provider",
    weight: "hard",
    status: 401,
    type: "authentication_error",
    again: false,
  },
  no_credential: {
    label: "no key or login to send",
    next: "next",
    scope: "provider",
    weight: "hard",
    status: 401,
    type: "authentication_error",
    again: false,
  },
  billing: {
    label: "out of credit",
    next: "next",
    scope: "provider",
    weight: "hard",
    status: 429,
    type: "billing_error",
    again: false,
  },
  forbidden: {
    label: "access forbidden",
    next: "next",
    scope: "provider",
    weight: "hard",
    status: 403,
    type: "permission_error",
    again: false,
  },
  model_missing: {
    label: "model not found",
    next: "next",
    scope: "model",
    weight: "hard",
    status: 404,
    type: "not_found_error",
    again: false,
  },
  client_gone: {
    label: "client went away",
    next: "stop",
    scope: "none",
    weight: 0,
    status: 499,
    type: "api_error",
    again: false,
  },
} as const satisfies Record<string, FailureRule>;

interface FailureRule {
  label: string;
  next: "retry" | "wait" | "refresh" | "next" | "larger" | "stop";
  scope: "provider" | "model" | "none";
  weight: number | "hard";
  status: number;
  type: string;
  again: boolean;
}

export type FailureReason = keyof typeof FAILURE_REASONS;

/** That the client went away, or is asked for what it then sends by itself, is no failure of anybody. */
export function isNobodysFault(reason: FailureReason): boolean {
  return reason === "client_gone" || reason === "other_form";
}

/** One attempt's failure, as wires report it and the relay acts on it. Never holds a secret. */
export interface Failure {
  reason: FailureReason;
  /** In the upstream's own words where it had any, at most a few hundred characters. */
  message: string;
  /** HTTP status of the upstream's answer; absent when there was none. */
  status?: number;
  /** How long the upstream asks us to stay away, in ms. */
  retryAfterMs?: number;
  /** The upstream's error body as it came, kept only where it may be relayed word for word (Anthropic-protocol 4xx). */
  verbatim?: { body: Buffer; contentType: string };
  /** The upstream's own request id, for bug reports. */
  upstreamRequestId?: string;
  /** It was sent twice already, the second time on a new connection. */
  sentTwice?: true;
}
