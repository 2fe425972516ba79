/** Error types of the Messages API with the HTTP status each belongs to (platform.claude.com, API errors). */
export const ERROR_STATUS = {
  invalid_request_error: 400,
  authentication_error: 401,
  billing_error: 402,
  permission_error: 403,
  not_found_error: 404,
  request_too_large: 413,
  rate_limit_error: 429,
  api_error: 500,
  not_supported: 501,
  timeout_error: 504,
  overloaded_error: 529,
} as const;

export type ErrorType = keyof typeof ERROR_STATUS;

/** The error type that belongs to a status; `api_error` for any other 5xx, `invalid_request_error` for any other 4xx. */
export function errorTypeOf(status: number): ErrorType {
  for (const [type, code] of Object.entries(ERROR_STATUS)) if (code === status) return type as ErrorType;
  return status >= 500 ? "api_error" : "invalid_request_error";
}

/** Anthropic's error envelope as JSON text. */
export function errorBody(type: string, message: string, requestId?: string): string {
  return JSON.stringify({ type: "error", error: { type, message }, ...(requestId && { request_id: requestId }) });
}

/** The least that clients are asked to wait, so that they do not come back into the same trouble. */
const MIN_WAIT_MS = 500;

/**
 * What an error tells its client of coming back: whether to do so by itself, and when, in both of the ways that clients read.
 * The official SDKs and Claude Code heed the first before the others.
 * @param waitMs left out where waiting mends nothing: there are clients that obey a time whatever else is said
 */
export function retryHeaders(retry: boolean, waitMs?: number): Record<string, string> {
  if (waitMs === undefined) return { "x-should-retry": String(retry) };
  const ms = Math.max(MIN_WAIT_MS, Math.ceil(waitMs));
  return {
    "x-should-retry": String(retry),
    "retry-after": String(Math.ceil(ms / 1000)),
    "retry-after-ms": String(ms),
  };
}

/** The same envelope as a stream's last event. */
export function errorEvent(type: string, message: string, requestId?: string): string {
  return `event: error\ndata: ${errorBody(type, message, requestId)}\n\n`;
}

/** Keeps a connection alive; clients ignore it. */
export const PING_EVENT = 'event: ping\ndata: {"type":"ping"}\n\n';
