import { randomBytes } from "node:crypto";
import type { AttemptRecord, JournalEntry } from "../../journal/entry.ts";
import { attributes, type KeyValue, nanos } from "./values.ts";

/** A span in OTLP's JSON. https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding */
export interface Span {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: KeyValue[];
  status: { code: number; message?: string };
}

const SERVER = 2;
const CLIENT = 3;
const OK = 1;
const ERROR = 2;

/** What a provider is called in the GenAI conventions. @param provider its configured name */
export type ProviderName = (provider: string) => string;

/**
 * One trace a request: a span for what the client saw and, below it, one for each attempt, named and described as the GenAI
 * conventions have it. https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans/
 */
export function spansOf(entry: JournalEntry, nameOf: ProviderName): Span[] {
  const traceId = randomBytes(16).toString("hex");
  const spanId = randomBytes(8).toString("hex");
  const failed = entry.outcome === "failed" || entry.outcome === "cut";
  const request: Span = {
    traceId,
    spanId,
    name: `chat ${entry.requested}`,
    kind: SERVER,
    startTimeUnixNano: nanos(entry.time),
    endTimeUnixNano: nanos(entry.time + entry.totalMs),
    attributes: attributes({
      "gen_ai.operation.name": "chat",
      "gen_ai.request.model": entry.requested,
      "gen_ai.conversation.id": entry.session,
      "http.response.status_code": entry.status,
      "url.path": entry.path,
      "error.type": failed ? (entry.attempts.at(-1)?.failure ?? String(entry.status)) : undefined,
      "ccm.request.id": entry.id,
      "ccm.request.class": entry.class,
      "ccm.route": entry.rule,
      "ccm.model": entry.model,
      "ccm.outcome": entry.outcome,
      "ccm.cost_usd": entry.cost,
      "ccm.time_to_first_token_ms": entry.ttftMs,
    }),
    status: failed ? { code: ERROR, ...(entry.error !== undefined && { message: entry.error }) } : { code: OK },
  };
  return [request, ...entry.attempts.map((attempt) => attemptSpan(attempt, entry, request, nameOf))];
}

function attemptSpan(attempt: AttemptRecord, entry: JournalEntry, parent: Span, nameOf: ProviderName): Span {
  const { usage, failure } = attempt;
  const start = entry.time + attempt.at;
  const read = usage?.cache_read_input_tokens;
  const written = usage?.cache_creation_input_tokens;
  return {
    traceId: parent.traceId,
    spanId: randomBytes(8).toString("hex"),
    parentSpanId: parent.spanId,
    name: `chat ${attempt.model}`,
    kind: CLIENT,
    startTimeUnixNano: nanos(start),
    endTimeUnixNano: nanos(start + attempt.ms),
    attributes: attributes({
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": nameOf(attempt.provider),
      "gen_ai.request.model": attempt.model,
      "gen_ai.response.finish_reasons":
        !failure && usage && entry.stopReason !== undefined ? [entry.stopReason] : undefined,
      // The conventions count cached tokens among the input.
      "gen_ai.usage.input_tokens": usage && usage.input_tokens + (read ?? 0) + (written ?? 0),
      "gen_ai.usage.cache_read.input_tokens": read,
      "gen_ai.usage.cache_creation.input_tokens": written,
      "gen_ai.usage.output_tokens": usage?.output_tokens,
      "gen_ai.usage.reasoning.output_tokens": usage?.output_tokens_details?.thinking_tokens,
      "http.response.status_code": attempt.status,
      "error.type": failure,
      "ccm.provider": attempt.provider,
      "ccm.upstream_request_id": attempt.requestId,
      "ccm.cost_usd": attempt.cost,
      "ccm.simulated": attempt.simulated,
    }),
    status: failure
      ? { code: ERROR, ...(attempt.message !== undefined && { message: attempt.message }) }
      : { code: OK },
  };
}
