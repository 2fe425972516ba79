/** A status answer: what goes into the protocol's own error envelope. */
interface StatusFault {
  label: string;
  status: number;
  /** Anthropic's `error.type`; the other protocols have words of their own for the same. */
  type: string;
  message: string;
  headers?: Readonly<Record<string, string>>;
}

/** A fault of the connection or of the stream. */
interface BrokenFault {
  label: string;
  /** How long it is waited for at most, whatever the configuration says: nobody wants to watch silence for minutes. */
  patienceMs?: number;
}

const SILENCE_MS = 3_000;

/**
 * The ways in which a simulated provider can fail. `label` completes the sentence "The provider …".
 */
export const FAULTS = {
  down: { label: "is down: the connection breaks" },
  slow: {
    label: `is silent: it accepts the request and does not answer (given up after ${SILENCE_MS / 1_000} s, for you to see it)`,
    patienceMs: SILENCE_MS,
  },
  "429": {
    label: "answers 429, rate limited",
    status: 429,
    type: "rate_limit_error",
    message: "Simulated: this request would exceed the rate limit. Try again in 30 seconds.",
    headers: { "retry-after": "30" },
  },
  "429-short": {
    label: "answers 429, over in a second",
    status: 429,
    type: "rate_limit_error",
    message: "Simulated: too many requests at once. Try again in 1 second.",
    headers: { "retry-after": "1" },
  },
  "529": {
    label: "answers 529, overloaded",
    status: 529,
    type: "overloaded_error",
    message: "Simulated: overloaded.",
  },
  "500": {
    label: "answers 500, server error",
    status: 500,
    type: "api_error",
    message: "Simulated: internal server error.",
  },
  "400": {
    label: "answers 400: the request is wrong",
    status: 400,
    type: "invalid_request_error",
    message: "Simulated: messages.0: this is not how a message looks.",
  },
  "402": {
    label: "answers 402: no credit is left",
    status: 402,
    type: "billing_error",
    message: "Simulated: your credit balance is too low.",
  },
  "403": {
    label: "answers 403: it may not be used",
    status: 403,
    type: "permission_error",
    message: "Simulated: your account may not use this.",
  },
  "404": {
    label: "answers 404: it has no such model",
    status: 404,
    type: "not_found_error",
    message: "Simulated: the model does not exist.",
  },
  "too-long": {
    label: "answers 400: the prompt is too long",
    status: 400,
    type: "invalid_request_error",
    message: "prompt is too long: 200001 tokens > 200000 maximum",
  },
  auth: {
    label: "refuses the key",
    status: 401,
    type: "authentication_error",
    message: "Simulated: invalid API key.",
  },
  "cut-before-content": { label: "breaks off before the first word" },
  "cut-in-text": { label: "breaks off in the middle of a sentence" },
  "cut-in-tool": { label: "breaks off in the middle of a tool call" },
  garbage: { label: "answers with a web page instead of the protocol" },
  "error-event-first": { label: "starts a stream whose first event is an error" },
  empty: { label: "answers properly, but says nothing" },
} as const satisfies Readonly<Record<string, StatusFault | BrokenFault>>;

export type FaultName = keyof typeof FAULTS;

export function isFaultName(name: string): name is FaultName {
  return Object.hasOwn(FAULTS, name);
}

/** @returns how long it is waited for at most; undefined: as for any provider */
export function patienceWith(fault: FaultName): number | undefined {
  const found: StatusFault | BrokenFault = FAULTS[fault];
  return "patienceMs" in found ? found.patienceMs : undefined;
}

/**
 * The fault that somebody means: `cut in tool call` and `Cut_in_Tool` are `cut-in-tool`.
 * @returns undefined when there is none of that name
 */
export function faultNamed(words: string): FaultName | undefined {
  const name = words
    .trim()
    .toLowerCase()
    .replace(/[\s_]+/g, "-")
    .replace(/-call$/, "");
  return isFaultName(name) ? name : undefined;
}

/** @returns what to answer when the fault is a plain HTTP status, else undefined */
export function statusOf(fault: FaultName): StatusFault | undefined {
  const found: StatusFault | BrokenFault = FAULTS[fault];
  return "status" in found ? found : undefined;
}
