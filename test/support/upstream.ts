/**
 * @module A provider on loopback that does exactly what a test tells it, well-behaved or not.
 *
 *     const upstream = await startUpstream((request, reply) => reply.sse(["one", "two"], { slice: 7 }));
 *     …
 *     expect(upstream.requests).toHaveLength(1);
 *     await upstream.close();
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { slices } from "./recordings.ts";

/** What the upstream was asked. */
export interface ReceivedRequest {
  method: string;
  /** With the query. */
  path: string;
  /** Lower-case names. */
  headers: Record<string, string | string[] | undefined>;
  raw: Buffer;
  /** The body as JSON. @throws {SyntaxError} when it is none */
  json<T = Record<string, unknown>>(): T;
  /** Which request this is: 1 for the first. */
  number: number;
  /** True once the other side has gone away before the answer was complete. */
  aborted: boolean;
}

export type Handler = (request: ReceivedRequest, reply: Reply) => void | Promise<void>;

export interface Upstream {
  /** `http://127.0.0.1:PORT`, no trailing slash. */
  url: string;
  port: number;
  requests: ReceivedRequest[];
  /** TCP connections accepted so far. */
  connections(): number;
  /** Changes what the next request meets. */
  handle(handler: Handler): void;
  /** Destroys what is open and frees the port. */
  close(): Promise<void>;
}

export interface SendOptions {
  status?: number;
  headers?: Record<string, string>;
  /** Bytes a write; the whole at once when absent. */
  slice?: number;
  /** Pause between two writes. */
  pauseMs?: number;
  /** What happens behind the last byte; `end` when absent. `destroy` cuts the socket, `hang` leaves it open and silent. */
  after?: "end" | "destroy" | "hang";
}

/** Starts a provider on a free port of 127.0.0.1. A handler that throws answers 599 with the words of the error. */
export async function startUpstream(handler: Handler): Promise<Upstream> {
  let current = handler;
  let connections = 0;
  const requests: ReceivedRequest[] = [];
  const sockets = new Set<Socket>();
  const server = createServer(async (incoming, outgoing) => {
    const request = await receive(incoming, requests.length + 1);
    requests.push(request);
    const reply = new Reply(outgoing);
    outgoing.on("close", () => {
      request.aborted = !outgoing.writableFinished && !reply.cut;
    });
    try {
      await current(request, reply);
    } catch (error) {
      if (outgoing.headersSent) outgoing.destroy();
      else outgoing.writeHead(599, "Handler failed").end(String(error));
    }
  });
  server.on("connection", (socket) => {
    connections++;
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  server.on("clientError", (_error, socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    requests,
    connections: () => connections,
    handle: (next) => {
      current = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** A port on which nobody listens: connecting to it is refused. */
export async function closedPort(): Promise<number> {
  const upstream = await startUpstream(() => undefined);
  await upstream.close();
  return upstream.port;
}

/** Writes events as the bytes of an SSE stream. A string is the `data:` of an event; `event:` comes from its `type` when named. */
export function sseBytes(payloads: readonly string[], options: { named?: boolean; done?: boolean } = {}): Buffer {
  const events = payloads.map((data) => {
    const type = options.named ? (JSON.parse(data) as { type?: string }).type : undefined;
    return `${type === undefined ? "" : `event: ${type}\n`}data: ${data}\n\n`;
  });
  if (options.done) events.push("data: [DONE]\n\n");
  return Buffer.from(events.join(""));
}

/** The ways in which a provider may answer, from polite to broken. */
export class Reply {
  readonly response: ServerResponse;
  /** True once this side, not the other, has cut the connection. */
  cut = false;

  constructor(response: ServerResponse) {
    this.response = response;
  }

  /** Sends bytes as they are. */
  async bytes(body: Buffer | string, options: SendOptions = {}): Promise<void> {
    const { response } = this;
    if (!response.headersSent) response.writeHead(options.status ?? 200, options.headers ?? {});
    response.flushHeaders();
    response.socket?.setNoDelay(true);
    const all = Buffer.from(body);
    for (const piece of options.slice === undefined ? [all] : slices(all, options.slice)) {
      if (response.destroyed) return;
      if (!response.write(piece)) await drained(response);
      if (options.pauseMs !== undefined) await sleep(options.pauseMs);
    }
    if (options.after === "hang") return;
    if (options.after === "destroy") await this.destroyWhenSent();
    else response.end();
  }

  /** Answers with server-sent events. Anthropic names its events, the others do not and end with `[DONE]`. */
  async sse(
    payloads: readonly string[],
    options: SendOptions & { named?: boolean; done?: boolean } = {},
  ): Promise<void> {
    await this.bytes(sseBytes(payloads, options), {
      ...options,
      headers: { "content-type": "text/event-stream; charset=utf-8", ...options.headers },
    });
  }

  /** Answers with one JSON document, with its length, at once. */
  json(value: unknown, options: { status?: number; headers?: Record<string, string>; gzip?: boolean } = {}): void {
    const text = Buffer.isBuffer(value) ? value : Buffer.from(JSON.stringify(value));
    const body = options.gzip ? gzipSync(text) : text;
    this.response
      .writeHead(options.status ?? 200, {
        "content-type": "application/json",
        "content-length": body.length,
        ...(options.gzip ? { "content-encoding": "gzip" } : {}),
        ...options.headers,
      })
      .end(body);
  }

  /** Answers with a status and Anthropic's error envelope. */
  error(status: number, type: string, message: string, headers: Record<string, string> = {}): void {
    this.json({ type: "error", error: { type, message } }, { status, headers });
  }

  /** Answers with a page where an API should be, as gateways in trouble do. */
  html(status = 200): void {
    this.response
      .writeHead(status, { "content-type": "text/html; charset=utf-8" })
      .end("<!doctype html><html><head><title>Bad gateway</title></head><body><h1>Bad gateway</h1></body></html>");
  }

  /** Cuts the connection before a single byte of an answer. */
  destroy(): void {
    this.cut = true;
    this.response.socket?.destroy();
  }

  /** Sends status and headers, then cuts the connection. */
  async destroyAfterHeaders(status = 200, headers: Record<string, string> = {}): Promise<void> {
    this.response.writeHead(status, { "content-type": "text/event-stream", ...headers });
    this.response.flushHeaders();
    await this.destroyWhenSent();
  }

  /** Accepts the request and never answers: the socket stays open until the other side or `Upstream.close` ends it. */
  hang(): void {
    this.response.socket?.setTimeout(0);
  }

  /** What was written leaves this process before the socket goes, so that the other side reads it first. */
  private async destroyWhenSent(): Promise<void> {
    const { socket } = this.response;
    while (socket && !socket.destroyed && socket.writableLength > 0) await sleep(1);
    await sleep(5);
    this.destroy();
  }
}

async function receive(incoming: IncomingMessage, number: number): Promise<ReceivedRequest> {
  const parts: Buffer[] = [];
  for await (const part of incoming) parts.push(part as Buffer);
  const raw = Buffer.concat(parts);
  return {
    method: incoming.method ?? "",
    path: incoming.url ?? "",
    headers: incoming.headers,
    raw,
    json: <T>() => JSON.parse(raw.toString("utf8")) as T,
    number,
    aborted: false,
  };
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off("drain", done).off("close", done);
      resolve();
    };
    response.on("drain", done).on("close", done);
  });
}
