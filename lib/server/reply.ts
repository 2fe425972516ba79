import type { ServerResponse } from "node:http";
import { errorBody, errorTypeOf } from "../anthropic/errors.ts";
import type { ClientReply } from "../relay/client-reply.ts";

/** Node's response as the relay sees it. */
export function clientReply(response: ServerResponse): ClientReply {
  return new NodeReply(response);
}

/**
 * A class, like all that has an accessor and is made for each request: V8 gives an object literal with an accessor a shape of
 * its own, in the old generation, and that shape would keep the whole request in memory until a full collection.
 */
class NodeReply implements ClientReply {
  gone: boolean;
  readonly #response: ServerResponse;
  readonly #listeners = new Set<() => void>();

  constructor(response: ServerResponse) {
    this.#response = response;
    this.gone = response.destroyed;
    response.once("close", () => {
      this.gone = !response.writableFinished;
      if (this.gone) for (const listener of this.#listeners) listener();
    });
  }

  onGone(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  begin(status: number, headers: Record<string, string>): void {
    this.#response.writeHead(status, headers);
  }

  write(bytes: Buffer | string): boolean {
    return this.#response.write(bytes);
  }

  onDrain(listener: () => void): void {
    this.#response.once("drain", listener);
  }

  end(bytes?: Buffer | string): void {
    this.#response.end(bytes);
  }
}

/** The same reply, which brings more headers when the answer is a good one. */
export function withHeaders(reply: ClientReply, more: Readonly<Record<string, string>>): ClientReply {
  return new ReplyWithHeaders(reply, more);
}

class ReplyWithHeaders implements ClientReply {
  readonly #reply: ClientReply;
  readonly #more: Readonly<Record<string, string>>;

  constructor(reply: ClientReply, more: Readonly<Record<string, string>>) {
    this.#reply = reply;
    this.#more = more;
  }

  get gone(): boolean {
    return this.#reply.gone;
  }

  onGone(listener: () => void): () => void {
    return this.#reply.onGone(listener);
  }

  begin(status: number, headers: Record<string, string>): void {
    this.#reply.begin(status, status < 400 ? { ...headers, ...this.#more } : headers);
  }

  write(bytes: Buffer | string): boolean {
    return this.#reply.write(bytes);
  }

  onDrain(listener: () => void): void {
    this.#reply.onDrain(listener);
  }

  end(bytes?: Buffer | string): void {
    this.#reply.end(bytes);
  }
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
