/** @module How each kind of provider says why it does not answer. */
import type { FailureReason } from "../../../lib/catalog/failure-reasons.ts";
import type { SimulatedWire } from "../../../lib/simulator/wire.ts";

interface Refusal {
  status: number;
  message: string;
  /** Anthropic's `error.type`. */
  type: string;
  /** OpenAI's `error.code`. Also what relays add to Anthropic's errors, where Anthropic has no word of its own. */
  code?: string;
  /** Google's `error.status`. */
  google: string;
}

/** Reasons that a provider gives in words. The others are told by what it does. */
export const REFUSALS = {
  server_error: { status: 500, message: "boom", type: "api_error", code: "server_error", google: "INTERNAL" },
  overloaded: {
    status: 503,
    message: "The model is overloaded.",
    type: "overloaded_error",
    code: "server_is_overloaded",
    google: "UNAVAILABLE",
  },
  rate_limited: {
    status: 429,
    message: "Slow down, try again in 60s.",
    type: "rate_limit_error",
    code: "rate_limit_exceeded",
    google: "RESOURCE_EXHAUSTED",
  },
  quota_window: {
    status: 429,
    message: "Quota exceeded for GenerateRequestsPerDayPerProject, the daily limit.",
    type: "rate_limit_error",
    code: "usage_limit_reached",
    google: "RESOURCE_EXHAUSTED",
  },
  billing: {
    status: 402,
    message: "Your credit balance is too low.",
    type: "billing_error",
    code: "insufficient_quota",
    google: "FAILED_PRECONDITION",
  },
  auth: {
    status: 401,
    message: "invalid x-api-key",
    type: "authentication_error",
    code: "invalid_api_key",
    google: "UNAUTHENTICATED",
  },
  forbidden: {
    status: 403,
    message: "not yours",
    type: "permission_error",
    code: "access_terminated_error",
    google: "PERMISSION_DENIED",
  },
  model_missing: {
    status: 404,
    message: "no such model",
    type: "not_found_error",
    code: "model_not_found",
    google: "NOT_FOUND",
  },
  too_large_for_tier: {
    status: 413,
    message: "too large",
    type: "request_too_large",
    code: "request_too_large",
    google: "FAILED_PRECONDITION",
  },
  context_too_long: {
    status: 400,
    message: "prompt is too long: 210000 tokens > 200000 maximum",
    type: "invalid_request_error",
    code: "context_length_exceeded",
    google: "INVALID_ARGUMENT",
  },
  capability: {
    status: 400,
    message: "This model does not support tools.",
    type: "invalid_request_error",
    google: "INVALID_ARGUMENT",
  },
  content_refused: {
    status: 400,
    message: "flagged by our safety system",
    type: "content_policy_violation",
    code: "content_policy_violation",
    google: "content_policy_violation",
  },
  bad_request: { status: 400, message: "messages.0: odd", type: "invalid_request_error", google: "INVALID_ARGUMENT" },
} as const satisfies Readonly<Partial<Record<FailureReason, Refusal>>>;

export type Refused = keyof typeof REFUSALS;

/** The error's body in the words of a protocol. */
export function refusalOf(reason: Refused, { name }: SimulatedWire): { status: number; body: object } {
  const { status, message, type, code, google }: Refusal = REFUSALS[reason];
  if (name === "anthropic") return { status, body: { type: "error", error: { type, message } } };
  if (name === "gemini") return { status, body: { error: { code: status, message, status: google } } };
  const vague = "invalid_request_error";
  return { status, body: { error: { message, type: vague, param: null, code: code ?? null } } };
}

/** The same error as an event of a stream that has begun. */
export function refusalFrame(reason: Refused, wire: SimulatedWire): string {
  const { body } = refusalOf(reason, wire);
  if (wire.name === "anthropic") return `event: error\ndata: ${JSON.stringify(body)}\n\n`;
  if (wire.name === "openai-responses")
    return `event: error\ndata: ${JSON.stringify({ type: "error", sequence_number: 9, ...body })}\n\n`;
  return `data: ${JSON.stringify(body)}\n\n`;
}
