import { randomUUID } from "node:crypto";
import { SseReader } from "../../anthropic/sse/reader.ts";
import type { StreamTranslator, Wire } from "../wire.ts";
import { GEMINI_API, type GeminiHost, streamQuery } from "./host.ts";

/**
 * Gemini's protocol at Google's Code Assist, which those with a licence sign in to: another address, and an envelope around
 * requests and answers.
 */
export const CODE_ASSIST: GeminiHost = {
  ...GEMINI_API,
  url: ({ baseUrl }, method) => `${baseUrl}/v1internal:${method}${streamQuery(method)}`,
};

/** @param inner the wire that fills the envelope and reads what comes in one */
export function inEnvelope(inner: Wire): Wire {
  return {
    ...inner,
    request(inbound, target) {
      const request = inner.request(inbound, target);
      const outside = { model: target.model, project: target.project, user_prompt_id: randomUUID() };
      return { ...request, body: `${JSON.stringify(outside).slice(0, -1)},"request":${request.body.toString()}}` };
    },
    stream: (context) => new OpenedStream(inner.stream(context)),
    answer: (body, context) => inner.answer(Buffer.from(opened(body.toString("utf8"))), context),
  };
}

/** Takes each chunk out of its envelope; everything else is the inner stream's. */
class OpenedStream implements StreamTranslator {
  readonly #inner: StreamTranslator;
  readonly #reader = new SseReader();

  constructor(inner: StreamTranslator) {
    this.#inner = inner;
  }

  get phase() {
    return this.#inner.phase;
  }
  get failure() {
    return this.#inner.failure;
  }
  get usage() {
    return this.#inner.usage;
  }
  get stopReason() {
    return this.#inner.stopReason;
  }
  get servedModel() {
    return this.#inner.servedModel;
  }
  get notes() {
    return this.#inner.notes ?? [];
  }

  push(chunk: Buffer): Buffer | string {
    return this.#pass(this.#reader.push(chunk));
  }

  end(): Buffer | string {
    const rest = this.#pass(this.#reader.end());
    return `${rest.toString()}${this.#inner.end().toString()}`;
  }

  fail(...why: Parameters<StreamTranslator["fail"]>): Buffer | string {
    return this.#inner.fail(...why);
  }

  #pass(events: readonly { data: string }[]): string {
    return events.map(({ data }) => this.#inner.push(Buffer.from(`data: ${opened(data)}\n\n`)).toString()).join("");
  }
}

/** An error comes without an envelope, and what is no JSON is for the inner wire to judge. */
function opened(text: string): string {
  try {
    const value = JSON.parse(text) as { response?: unknown } | null;
    return value?.response === undefined ? text : JSON.stringify(value.response);
  } catch {
    return text;
  }
}
