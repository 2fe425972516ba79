import type { ServerResponse } from "node:http";
import { errorBody, errorTypeOf } from "../anthropic/errors.ts";
import type { ClientReply } from "../relay/client-reply.ts";

/** Node's response as the relay sees it. */
export function clientReply(response: ServerResponse): ClientReply {
  let gone = response.destroyed;
  const listeners = new Set<() => void>();
  response.once("close", () => {
    gone = !response.writableFinished;
    if (gone) for (const listener of listeners) listener();
  });
  return {
    get gone() {
      return gone;
    },
    onGone(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    begin: (status, headers) => {
      response.writeHead(status, headers);
    },
    write: (bytes) => response.write(bytes),
    onDrain: (listener) => {
      response.once("drain", listener);
    },
    end: (bytes) => {
      response.end(bytes);
    },
  };
}

/** The same reply, which brings more headers when the answer is a good one. */
export function withHeaders(reply: ClientReply, more: Readonly<Record<string, string>>): ClientReply {
  return {
    get gone() {
      return reply.gone;
    },
    onGone: (listener) => reply.onGone(listener),
    begin: (status, headers) => reply.begin(status, status < 400 ? { ...headers, ...more } : headers),
    write: (bytes) => reply.write(bytes),
    onDrain: (listener) => reply.onDrain(listener),
    end: (bytes) => reply.end(bytes),
  };
}

/** Answers with JSON. */
export function sendJson(
  response: ServerResponse,
  status: number,
  value: unknown,
  headers: Record<string, string> = {},
): void {
  const body = Buffer.from(typeof value === "string" ? value : JSON.stringify(value));
  response.writeHead(status, { "content-type": "application/json", "content-length": body.length, ...headers });
  response.end(body);
}

interface ErrorOptions {
  type?: string;
  requestId?: string;
  headers?: Record<string, string>;
}

/** Answers with Anthropic's error envelope. */
export function sendError(response: ServerResponse, status: number, message: string, options: ErrorOptions = {}): void {
  replyError(clientReply(response), status, message, options);
}

/** The same over a reply, which may translate the envelope. */
export function replyError(reply: ClientReply, status: number, message: string, options: ErrorOptions = {}): void {
  const body = Buffer.from(errorBody(options.type ?? errorTypeOf(status), message, options.requestId));
  reply.begin(status, {
    "content-type": "application/json",
    "content-length": String(body.length),
    "x-should-retry": "false",
    ...(options.requestId && { "x-ccm-request-id": options.requestId }),
    ...options.headers,
  });
  reply.end(body);
}
