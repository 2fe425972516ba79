import type { AddressInfo } from "node:net";
import { createServer, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** A request as the wall has read it. */
export interface WallRequest {
  path: string;
  headers: Record<string, string>;
  body: Record<string, unknown>;
  model: string;
  stream: boolean;
  /** Which request for this model it is: 1 for the first. */
  attempt: number;
  /** Ms since the wall was started. */
  at: number;
  /** Ms until the last byte of the answer so far was written; 0 while there is none. */
  spokeFor: number;
  /** Ms until the other side went away before the answer was over. */
  leftAfter?: number;
}

/**
 * One request and the socket to answer it on. No HTTP library stands between: it could neither reset a connection before
 * the headers nor leave a chunked body without its end.
 */
export class Exchange {
  readonly request: WallRequest;
  readonly #socket: Socket;
  readonly #began = performance.now();
  #chunked = false;

  constructor(request: WallRequest, socket: Socket) {
    this.request = request;
    this.#socket = socket;
  }

  #send(bytes: Buffer | string): void {
    this.#socket.write(bytes);
    this.request.spokeFor = performance.now() - this.#began;
  }

  /** Status line and headers; a body without a length is chunked. */
  head(status: number, headers: Record<string, string> = {}): void {
    this.#chunked = headers["content-length"] === undefined;
    const all = { connection: "keep-alive", ...(this.#chunked && { "transfer-encoding": "chunked" }), ...headers };
    const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
    this.#send(`HTTP/1.1 ${status} X\r\n${lines.join("")}\r\n`);
  }

  write(bytes: Buffer | string): void {
    const body = Buffer.from(bytes);
    if (body.length === 0 || this.#socket.destroyed) return;
    if (!this.#chunked) return void this.#send(body);
    this.#send(Buffer.concat([Buffer.from(`${body.length.toString(16)}\r\n`), body, Buffer.from("\r\n")]));
  }

  /** Bytes as they are, whatever HTTP would have them look like. */
  raw(bytes: string): void {
    if (!this.#socket.destroyed) this.#send(bytes);
  }

  /** The body's proper end. */
  end(): void {
    if (this.#chunked) this.#send("0\r\n\r\n");
  }

  json(status: number, value: unknown, headers: Record<string, string> = {}): void {
    const body = JSON.stringify(value);
    const length = String(Buffer.byteLength(body));
    this.head(status, { "content-type": "application/json", "content-length": length, ...headers });
    this.write(body);
  }

  /** Closes the connection where the body has no end yet: what was written arrives, no more comes. */
  close(): void {
    this.#socket.end();
  }

  /** Breaks the connection with a TCP reset. */
  reset(): void {
    this.#socket.resetAndDestroy();
  }

  /** @returns false when the other side has gone away meanwhile */
  async pause(ms: number): Promise<boolean> {
    await sleep(ms);
    return !this.#socket.destroyed;
  }
}

export interface RawServer {
  url: string;
  requests: WallRequest[];
  close(): Promise<void>;
}

/** Reads requests off raw sockets, keep-alive included, and hands each to `answer`. */
export async function startRawServer(answer: (exchange: Exchange) => void | Promise<void>): Promise<RawServer> {
  const started = performance.now();
  const requests: WallRequest[] = [];
  const attempts = new Map<string, number>();
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.setNoDelay(true));
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => undefined); // the other side may leave at any time
    let received = Buffer.alloc(0);
    let busy = false;
    socket.on("data", async (chunk) => {
      received = Buffer.concat([received, chunk]);
      if (busy) return;
      const read = readRequest(received);
      if (!read) return;
      received = received.subarray(read.length);
      busy = true;
      const model = String(read.body.model ?? modelInPath(read.path));
      const attempt = (attempts.get(model) ?? 0) + 1;
      attempts.set(model, attempt);
      const at = performance.now() - started;
      const { path, headers, body } = read;
      const request: WallRequest = {
        path,
        headers,
        body,
        model,
        stream: isStream(path, body),
        attempt,
        at,
        spokeFor: 0,
      };
      requests.push(request);
      const left = (): void => {
        request.leftAfter = performance.now() - started - at;
      };
      socket.once("close", left);
      await answer(new Exchange(request, socket));
      socket.off("close", left);
      busy = false;
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function readRequest(bytes: Buffer) {
  const end = bytes.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const [first = "", ...lines] = bytes.toString("latin1", 0, end).split("\r\n");
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(":");
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  const length = end + 4 + Number(headers["content-length"] ?? 0);
  if (bytes.length < length) return undefined;
  const body = JSON.parse(bytes.toString("utf8", end + 4, length) || "{}") as Record<string, unknown>;
  return { path: first.split(" ")[1] ?? "/", headers, body, length };
}

function isStream(path: string, body: Record<string, unknown>): boolean {
  return body.stream === true || /:stream(?:GenerateContent|RawPredict)/.test(path);
}

function modelInPath(path: string): string {
  return /models\/([^:/?]+):/.exec(path)?.[1] ?? "";
}
