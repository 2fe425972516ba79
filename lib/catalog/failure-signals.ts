import type { FailureReason } from "./failure-reasons.ts";

/**
 * How vendors say what went wrong, as data. Texts and codes of other people's servers are matched here and nowhere else.
 *
 * A signal holds when everything it names holds:
 * - `status`: the HTTP status is one of these. Where the error came inside a 200 stream there is no status to compare, so
 *   the condition is left out, provided that the signal also names a code or a text.
 * - `code`: one of these equals, ignoring case, any of the error's `code`, `type`, `status`, `reason`, `details.error_code`
 *   (numbers compared as text, also the `(1008)` at the end of a MiniMax message).
 * - `text`: matches the error's message (or the raw body where there is none).
 * - `header`: the answer's header matches.
 * - `unless`: a text that forbids the match.
 *
 * The first signal that holds decides: those of the provider's type (`SIGNALS_BY_TYPE`), then `GENERIC_SIGNALS`, then the
 * bare status (`reasonOfStatus`).
 */
export interface FailureSignal {
  reason: FailureReason;
  status?: readonly number[];
  code?: readonly string[];
  text?: RegExp;
  header?: readonly [name: string, value: RegExp];
  unless?: RegExp;
}

/** Words of a rate limit: with them, a message that talks of tokens is no context overflow. */
export const RATE_LIMIT_WORDS = /rate.?limit|per.?minute|too many requests/i;

const CANNOT_READ_ALL = [400, 413, 422] as const;

/** Context overflow in the words of each vendor; valid with status 400, 413 or 422 (Together: 403) and no rate-limit words. */
export const CONTEXT_OVERFLOW_CODES = [
  "context_length_exceeded",
  "context_window_exceeded",
  "model_context_window_exceeded",
  "token_limit_exceeded",
  "max_tokens_exceeded",
  "string_too_long",
] as const;

export const CONTEXT_OVERFLOW_TEXT = new RegExp(
  [
    "prompt is too long",
    "input is too long",
    "input length and .?max_tokens.? exceed context limit",
    "exceeds the (?:model's )?(?:maximum )?context (?:window|length)",
    "maximum context length is",
    "input token count.{0,24}exceeds the maximum number of tokens",
    "reduce the length of the messages",
    "exceeded model token limit",
    "context window exceeds limit",
    "maximum prompt length is",
    "too large for model with \\d+ maximum context length",
    "exceeds the limit of \\d+",
    "exceeds the available context size",
    "greater than the context length",
    "prompt exceeds max(?:imum)? length",
  ].join("|"),
  "i",
);

/** Any vendor, narrow meanings before broad ones. */
export const GENERIC_SIGNALS: readonly FailureSignal[] = [
  { reason: "context_too_long", status: CANNOT_READ_ALL, code: CONTEXT_OVERFLOW_CODES, unless: RATE_LIMIT_WORDS },
  { reason: "context_too_long", status: CANNOT_READ_ALL, text: CONTEXT_OVERFLOW_TEXT, unless: RATE_LIMIT_WORDS },
  {
    reason: "billing",
    code: [
      "billing_error",
      "insufficient_quota",
      "insufficient_balance_error",
      "insufficient_credits",
      "credit_balance_exhausted",
      "exceeded_current_quota_error",
      "enforced_spend_limit_reached",
      "contract_spend_limit_reached",
      "billing_hard_limit_reached",
      "billing_not_active",
      "payment_required",
      "not_enough_balance",
      "INSUFFICIENT_G1_CREDITS_BALANCE",
    ],
  },
  {
    reason: "billing",
    text: /credit balance (?:is )?too low|insufficient (?:balance|credits?|funds)|not enough (?:balance|credits)|exceeded your current quota.{0,40}billing/i,
    unless: /free_tier|per.?(?:minute|day)/i,
  },
  { reason: "quota_window", code: ["usage_limit_reached", "QUOTA_EXHAUSTED"] },
  // Claude plans have windows of their own for some models, such as `seven_day_opus` and `7d_oi`.
  {
    reason: "model_quota_window",
    header: ["anthropic-ratelimit-unified-representative-claim", /opus|sonnet|haiku|fable|_oi$|scoped/i],
  },
  { reason: "quota_window", header: ["anthropic-ratelimit-unified-status", /^rejected$/i] },
  {
    reason: "content_refused",
    code: [
      "content_filter",
      "content_policy_violation",
      "ResponsibleAIPolicyViolation",
      "invalid_prompt",
      "moderation_blocked",
      "cyber_policy",
      "bio_policy",
      "image_content_policy_violation",
    ],
  },
  {
    reason: "model_missing",
    code: [
      "model_not_found",
      "model_archived",
      "model_not_available",
      "model_not_supported",
      "unknown_model",
      "resource_not_found_error",
    ],
  },
  {
    reason: "model_missing",
    status: [400, 404, 422],
    text: /model.{0,80}(?:does not exist|not exist|not found|is not available|is not supported when|has been (?:retired|deprecated|decommissioned))|(?:unknown|invalid|no such) model|not a valid model/i,
  },
  {
    reason: "auth",
    code: [
      "authentication_error",
      "invalid_api_key",
      "missing_api_key",
      "invalid_authentication_error",
      "authorized_error",
      "unauthorized",
      "UNAUTHENTICATED",
      "API_KEY_INVALID",
      "account_session_invalid",
      "invalid_token",
      "token_expired",
      "token_invalidated",
    ],
  },
  {
    reason: "auth",
    status: [400, 403],
    text: /(?:incorrect|invalid|wrong|missing|expired|revoked).{0,20}(?:api.?key|token|credential)|(?:api.?key|token|credential|session).{0,30}(?:not valid|invalid|incorrect|expired|revoked|unauthorized)/i,
  },
  {
    reason: "forbidden",
    code: [
      "permission_error",
      "PERMISSION_DENIED",
      "access_terminated_error",
      "VALIDATION_REQUIRED",
      "SUBSCRIPTION_REQUIRED",
      "SERVICE_DISABLED",
      "UNSUPPORTED_CLIENT",
      "usage_not_included",
      "unsupported_country_region_territory",
    ],
  },
  {
    reason: "forbidden",
    status: [400, 403],
    text: /organization has been disabled|not allowed for this organization|error code: 1010|violation of terms/i,
  },
  {
    reason: "overloaded",
    code: [
      "overloaded_error",
      "engine_overloaded_error",
      "server_is_overloaded",
      "server_overloaded",
      "queue_exceeded",
      "UNAVAILABLE",
      "MODEL_CAPACITY_EXHAUSTED",
      "slow_down",
    ],
  },
  { reason: "too_large_for_tier", code: ["request_too_large"] },
  {
    reason: "quota_window",
    status: [429],
    text: /per.?day|daily (?:limit|quota)|weekly limit|monthly limit|limit: 0\b|usage limit.{0,40}reset/i,
  },
  {
    reason: "rate_limited",
    code: [
      "rate_limit_error",
      "rate_limit_exceeded",
      "rate_limit_reached_error",
      "RATE_LIMIT_EXCEEDED",
      "RESOURCE_EXHAUSTED",
      "too_many_requests",
      "ramp_limit_exceeded",
      "ThrottlingException",
    ],
  },
  { reason: "too_slow", code: ["timeout_error", "DEADLINE_EXCEEDED"] },
  {
    // What is wrong with a picture is wrong with it everywhere.
    reason: "bad_request",
    code: [
      "invalid_image",
      "invalid_image_format",
      "invalid_base64_image",
      "invalid_image_url",
      "image_too_large",
      "image_too_small",
      "image_parse_error",
      "image_file_too_large",
      "unsupported_image_media_type",
      "empty_image_file",
      "failed_to_download_image",
    ],
  },
  { reason: "model_missing", code: ["not_found_error", "NOT_FOUND"] },
  {
    reason: "server_error",
    code: ["server_error", "internal_error", "internal_server_error", "INTERNAL", "api_error"],
  },
  {
    reason: "capability",
    status: [400, 404, 422],
    text: /(?:does not|doesn't|do not) support (?:tools|tool use|function calling|images?|image input|vision)|(?:tools|function tools|images?|vision|image_url).{0,60}(?:not supported|unsupported)|no endpoints found that support/i,
  },
];

/** What only one vendor says. Keys are provider type ids; looked at before the generic signals. */
export const SIGNALS_BY_TYPE: Readonly<Record<string, readonly FailureSignal[]>> = {
  "z.ai": [
    { reason: "billing", code: ["1113", "1309", "1314"] },
    { reason: "quota_window", code: ["1304", "1308", "1310", "1313"] },
    { reason: "rate_limited", code: ["1302", "1303"] },
    { reason: "overloaded", code: ["1305"] },
    { reason: "auth", code: ["1000", "1001", "1002", "1003", "1004"] },
    { reason: "model_missing", code: ["1211", "1311"] },
    { reason: "model_missing", code: ["1214"], text: /model/i },
    { reason: "context_too_long", code: ["1261"] },
    { reason: "content_refused", code: ["1301"] },
    { reason: "bad_request", code: ["1210", "1213", "1214"] },
    { reason: "capability", status: [434, 435] },
  ],
  minimax: [
    { reason: "billing", code: ["1008"] },
    { reason: "quota_window", code: ["2056"] },
    { reason: "rate_limited", code: ["1002", "1039"] },
    { reason: "auth", code: ["1004", "2049"] },
    { reason: "context_too_long", text: CONTEXT_OVERFLOW_TEXT },
    { reason: "content_refused", code: ["1026", "1027"] },
    { reason: "server_error", code: ["1000"] },
    { reason: "too_slow", code: ["1001"] },
    { reason: "bad_request", code: ["2013", "bad_request_error"] },
  ],
  "kimi-coding": [
    { reason: "forbidden", code: ["access_terminated_error"] },
    {
      reason: "quota_window",
      status: [429],
      text: /(?:usage|request|quota).{0,60}(?:limit|window|month)/i,
      unless: /concurren|per.?minute/i,
    },
  ],
  openrouter: [
    // A 402 about requests in flight passes by itself; the wire reads its Retry-After.
    { reason: "rate_limited", status: [402], code: ["openrouter_in_flight_budget"] },
    { reason: "rate_limited", status: [402], text: /in.?flight/i },
    { reason: "content_refused", status: [403], text: /moderation|flagged|guardrail/i },
    { reason: "capability", status: [404], text: /no endpoints found|no allowed providers/i },
  ],
  groq: [
    { reason: "too_large_for_tier", status: [413] },
    // The model's tool call did not match the schema: the answer is at fault, not the request.
    { reason: "bad_answer", code: ["tool_use_failed"] },
    { reason: "rate_limited", status: [498], code: ["capacity_exceeded"] },
  ],
  together: [
    { reason: "context_too_long", status: [403], text: /context|max_(?:new_)?tokens|input/i, unless: RATE_LIMIT_WORDS },
  ],
  fireworks: [{ reason: "billing", status: [412] }],
  cerebras: [
    // Overflow is answered without any body.
    { reason: "context_too_long", status: [400, 413], text: /^\s*$/ },
    { reason: "overloaded", code: ["queue_exceeded"] },
  ],
  moonshot: [
    { reason: "billing", code: ["exceeded_current_quota_error"] },
    { reason: "overloaded", code: ["engine_overloaded_error"] },
    { reason: "server_error", code: ["unexpected_output"] },
  ],
  novita: [{ reason: "billing", status: [403], text: /balance/i }],
  gemini: [
    { reason: "quota_window", status: [429], text: /PerDay|limit: 0\b/i },
    // Whatever ran out, Google's words are "check your plan and billing details": they say nothing of money.
    { reason: "rate_limited", status: [429], code: ["RESOURCE_EXHAUSTED"] },
    // History from another vendor lacks thought signatures; the wire sends a stand-in, so a refusal is no user's fault.
    { reason: "capability", status: [400], text: /thought.?signature/i },
    { reason: "forbidden", status: [400], text: /user location is not supported/i },
  ],
  "vertex-ai": [
    { reason: "rate_limited", status: [429] },
    { reason: "capability", status: [400], text: /unexpected value.{0,40}anthropic-beta/i },
  ],
  xai: [
    { reason: "auth", status: [400], text: /api key/i },
    { reason: "billing", status: [403, 429], text: /credits|spending limit/i },
  ],
  mistral: [
    { reason: "quota_window", status: [429], header: ["x-ratelimit-limit-req-minute", /^0$/] },
    { reason: "rate_limited", code: ["1300"] },
  ],
  deepseek: [{ reason: "model_missing", status: [400], text: /model not exist/i }],
  ollama: [{ reason: "model_missing", status: [404] }],
  lmstudio: [{ reason: "model_missing", status: [404] }],
  vllm: [{ reason: "capability", status: [400], text: /tool.?(?:choice|call).?parser|enable-auto-tool-choice/i }],
};

const REASONS_BY_STATUS: Readonly<Record<number, FailureReason>> = {
  400: "bad_request",
  401: "auth",
  402: "billing",
  403: "forbidden",
  404: "model_missing",
  405: "capability",
  406: "capability",
  407: "forbidden",
  408: "too_slow",
  409: "server_error",
  410: "model_missing",
  413: "too_large_for_tier",
  415: "capability",
  422: "bad_request",
  424: "too_slow",
  429: "rate_limited",
  451: "forbidden",
  498: "rate_limited",
  499: "server_error",
  501: "capability",
  503: "overloaded",
  522: "too_slow",
  524: "too_slow",
  529: "overloaded",
};

/** The meaning of an HTTP status about which the body says nothing that we know. */
export function reasonOfStatus(status: number): FailureReason {
  const known = REASONS_BY_STATUS[status];
  if (known) return known;
  if (status >= 500) return "server_error";
  return status >= 400 ? "bad_request" : "bad_answer";
}

/**
 * Refusals of a single request field. Group `field` is its name, maybe with a path (`messages.0.content`), that can be left
 * out for one more try.
 */
export const REFUSED_FIELD_TEXTS: readonly RegExp[] = [
  /unsupported (?:parameter|value): ?['"`](?<field>[\w.[\]-]+)['"`]/i,
  /(?<field>[\w.[\]-]+): extra inputs are not permitted/i,
  /unrecognized request arguments? supplied: (?<field>[\w.[\]-]+)/i,
  /unknown (?:parameter|field|name):? ?\\?['"`](?<field>[\w.[\]-]+?)\\?['"`]/i,
  /(?:property|parameter|field|argument) \\?['"`](?<field>[\w.[\]-]+?)\\?['"`] (?:is )?(?:not supported|unsupported|not permitted|not allowed|unknown)/i,
  /['"`](?<field>[\w.[\]-]+)['"`] (?:is not supported|is unsupported|is not permitted|is not allowed|does not support)/i,
  /(?<field>\w+) is not supported (?:by|with|for|on) this model/i,
];
