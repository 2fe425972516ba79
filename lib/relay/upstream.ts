import http, { type AgentOptions, type ClientRequest, type IncomingMessage } from "node:http";
import type https from "node:https";
import { createRequire } from "node:module";
import type { Readable, Transform } from "node:stream";
import { Pieces } from "../anthropic/splice.ts";
import type { Failure } from "../catalog/failure-reasons.ts";
import type { UpstreamRequest } from "../wires/wire.ts";
import type { Deadline, Timers } from "./timers.ts";

/** Time limits of one call, in ms; 0 means none. */
export interface CallTimeouts {
  connectMs: number;
  /** From the request sent to the response's headers. */
  firstByteMs: number;
}

/** Thrown (as a rejection) when no response came. */
export class CallFailed extends Error {
  readonly failure: Failure;
  constructor(failure: Failure) {
    super(failure.message);
    this.name = "CallFailed";
    this.failure = failure;
  }
}

/** The connection had been idle, and its other end had given it up without our hearing of it: says nothing of the upstream. */
class Stale extends CallFailed {}

/** A call under way. */
export interface Call {
  /** Resolves with the response's headers. @throws {CallFailed} */
  response: Promise<IncomingMessage>;
  /** This is what is read of the answer, decoded: it ends with the call. */
  reads(body: Readable): void;
  /** Ends the call at once, closes its connection, and what is read of it. */
  abort(): void;
}

interface Origin {
  secure: boolean;
  /** With the port, for the header. */
  host: string;
  hostname: string;
  port: string;
  /** Through the proxy on the way, where there is one. */
  tunnel: Connections | undefined;
}

/** How connections to one place are kept, or not. */
interface Connections {
  pooled: http.Agent;
  /** Closes each connection after its one request. */
  single: http.Agent;
}

/** Makes connections to an encrypted origin through a proxy; undefined where the origin is reached directly. */
export type TunnelTo = (origin: string, options: AgentOptions) => http.Agent | undefined;

/** One of Node's two clients, with its connections. */
interface Client extends Connections {
  request: typeof http.request;
}

const require = createRequire(import.meta.url);

/**
 * How long a connection may be still before the system asks whether anybody is there, in ms; ten questions, a second apart, without an
 * answer end it. A network that went away, or a laptop that slept, is noticed so, however long a silence is allowed.
 */
const KEEPALIVE_MS = 30_000;
/** Idle connections are given up before the upstream's usual keep-alive is over. */
const FREE_SOCKET_MS = 30_000;
/** A connection that was given up long ago is reset as soon as something arrives: later, it is the request that was broken off. */
const STALE_WITHIN_MS = 2_000;

/**
 * Keep-alive pools, one per origin, over Node's own client: the measured choice for latency and memory.
 */
export class UpstreamPool {
  readonly #timers: Timers;
  readonly #origins = new Map<string, Origin>();
  readonly #maxFree: number;
  readonly #plain: Client;
  #secure: Client | undefined;
  readonly #tunnelTo: TunnelTo | undefined;

  /**
   * @param maxFree idle connections that are kept per origin
   * @param tunnelTo left out where no proxy is on the way
   */
  constructor(timers: Timers, maxFree: number, tunnelTo?: TunnelTo) {
    this.#timers = timers;
    this.#maxFree = maxFree;
    this.#tunnelTo = tunnelTo;
    this.#plain = clientOf(http, maxFree);
  }

  /**
   * Sends a request; again, on a new connection, when the pooled one turns out to be dead. Redirects are not followed: a
   * credential must not travel to another origin.
   * @param fresh use a new connection: a stale pooled one is the usual cause of a reset
   */
  call(request: UpstreamRequest, timeouts: CallTimeouts, fresh: boolean): Call {
    const { origin, path } = this.#place(request.url);
    const { secure, tunnel } = origin;
    const client = secure ? this.#secureClient() : this.#plain;
    const { pooled, single } = tunnel ?? client;
    let parts = request.method === "GET" ? NOTHING : partsOf(request.body);
    // A list: Node writes it as it is, where an object would be checked and copied header by header.
    const headers = ["host", origin.host];
    for (const [name, value] of Object.entries(request.headers)) headers.push(name, value);
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    if (request.method !== "GET") headers.push("content-length", String(length));
    const { hostname, port } = origin;
    const options = { hostname, port, path, method: request.method, headers };
    let outgoing: ClientRequest;
    let body: Readable | undefined;
    let isAborted = false;
    const send = (agent: http.Agent): Promise<IncomingMessage> => {
      outgoing = client.request({ ...options, agent });
      const response = this.#await(outgoing, origin, timeouts);
      // They wait for the connection, and go out in one write.
      for (const part of parts.slice(0, -1)) outgoing.write(part);
      outgoing.end(parts.at(-1));
      return response;
    };
    const response = send(fresh ? single : pooled)
      .catch((error: unknown) => {
        if (!(error instanceof Stale) || isAborted) throw error;
        return send(single).catch(sentTwice);
      })
      .finally(() => {
        parts = NOTHING; // the call lives as long as the answer does
      });
    return {
      response,
      reads(read) {
        body = read;
        if (isAborted) read.destroy();
      },
      abort() {
        isAborted = true;
        outgoing.destroy();
        // Where the answer has come to its end, unread, the connection is not the call's any more; and a decoder may hold the rest.
        body?.destroy();
      },
    };
  }

  /** An upstream has few origins and many requests. */
  #place(url: string): { origin: Origin; path: string } {
    const slash = url.indexOf("/", "https://".length);
    const start = slash < 0 ? url : url.slice(0, slash);
    let origin = this.#origins.get(start);
    if (!origin) {
      const { protocol, host, hostname, port } = new URL(start);
      const secure = protocol === "https:";
      const tunnel = secure ? this.#tunnel(start) : undefined;
      origin = { secure, host, hostname: hostname.replace(/^\[|\]$/g, ""), port, tunnel };
      this.#origins.set(start, origin);
    }
    return { origin, path: slash < 0 ? "/" : url.slice(slash) };
  }

  #tunnel(origin: string): Connections | undefined {
    const pooled = this.#tunnelTo?.(origin, poolOf(this.#maxFree));
    const single = this.#tunnelTo?.(origin, { keepAlive: false });
    return pooled && single && { pooled, single };
  }

  /** Closes idle connections. */
  close(): void {
    const tunnels = [...this.#origins.values()].map(({ tunnel }) => tunnel);
    for (const agents of [this.#plain, this.#secure, ...tunnels]) {
      agents?.pooled.destroy();
      agents?.single.destroy();
    }
  }

  /** TLS is loaded when somebody is first called over it, and at once: a call cannot wait for a module. */
  #secureClient(): Client {
    this.#secure ??= clientOf(require("node:https") as typeof https, this.#maxFree);
    return this.#secure;
  }

  #await(outgoing: ClientRequest, { secure, tunnel }: Origin, timeouts: CallTimeouts): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      let connecting: Deadline | undefined;
      let connected = false;
      let answered = false;
      const began = performance.now();
      const give = (failure: Failure): void => {
        settle();
        reject(new CallFailed(failure));
        outgoing.destroy();
      };
      const waiting = this.#timers.after(timeouts.firstByteMs, () =>
        give({ reason: "too_slow", message: `no answer within ${timeouts.firstByteMs} ms` }),
      );
      const settle = (): void => {
        connecting?.cancel();
        waiting.cancel();
      };
      const limitConnecting = (): void => {
        connecting ??= this.#timers.after(timeouts.connectMs, () =>
          // Silence, not refusal: TCP itself has asked several times by then.
          give({ reason: "too_slow", message: `no connection within ${timeouts.connectMs} ms` }),
        );
      };
      // A proxy's socket comes when it is connected all the way.
      if (tunnel) limitConnecting();
      outgoing.on("socket", (socket) => {
        if (!socket.connecting) {
          connected = true;
          connecting?.cancel();
          return;
        }
        socket.setKeepAlive(true, KEEPALIVE_MS);
        limitConnecting();
        socket.once(secure ? "secureConnect" : "connect", () => {
          connected = true;
          connecting?.cancel();
        });
      });
      outgoing.on("response", (response) => {
        answered = true;
        settle();
        resolve(response);
      });
      outgoing.on("error", (error: NodeJS.ErrnoException) => {
        settle();
        const isStale =
          outgoing.reusedSocket && GIVEN_UP.has(error.code ?? "") && performance.now() - began < STALE_WITHIN_MS;
        reject(new (isStale ? Stale : CallFailed)(transportFailure(error, connected)));
      });
      outgoing.on("close", () => {
        if (answered) return;
        settle();
        reject(new CallFailed({ reason: "reset", message: "the connection was closed before an answer came" }));
      });
    });
  }
}

/** The idle connection was not to blame. */
function sentTwice(error: unknown): never {
  throw error instanceof CallFailed ? new CallFailed({ ...error.failure, sentTwice: true }) : error;
}

const NOTHING: readonly Buffer[] = [];
/** What writing to a connection comes to that the other end has given up. */
const GIVEN_UP: ReadonlySet<string> = new Set(["ECONNRESET", "EPIPE"]);

function clientOf({ Agent, request }: typeof http | typeof https, maxFree: number): Client {
  return { request, pooled: new Agent(poolOf(maxFree)), single: new Agent({ keepAlive: false }) };
}

function poolOf(maxFree: number): AgentOptions {
  return {
    keepAlive: true,
    keepAliveMsecs: KEEPALIVE_MS,
    maxFreeSockets: maxFree,
    scheduling: "lifo",
    timeout: FREE_SOCKET_MS,
  };
}

function partsOf(body: UpstreamRequest["body"]): readonly Buffer[] {
  if (body instanceof Pieces) return body.parts;
  return [typeof body === "string" ? Buffer.from(body) : body];
}

/** Errors of Node's HTTP parser and of its decoders: the connection is well, what came over it is not. */
const NOT_THE_PROTOCOL = /^(?:HPE|Z|ERR_+(?:BROTLI|ERROR))_/;

/** What a socket's error means. */
export function transportFailure(error: NodeJS.ErrnoException, connected: boolean): Failure {
  const code = error.code ?? error.name;
  const message = error.code && error.message.includes(error.code) ? error.message : `${code}: ${error.message}`;
  if (NOT_THE_PROTOCOL.test(code)) return { reason: "bad_answer", message };
  return { reason: connected ? "reset" : "connect", message };
}

/**
 * The response's body, decoded where the upstream compressed it although we asked it not to.
 * zstd is never asked for and cannot be decoded on Node 20.
 */
export async function decodedBody(response: IncomingMessage): Promise<Readable> {
  const encoding = response.headers["content-encoding"]?.trim().toLowerCase();
  if (!encoding || encoding === "identity") return response;
  const zlib = await import("node:zlib");
  const decoders: Record<string, () => Transform> = {
    gzip: () => zlib.createGunzip({ flush: zlib.constants.Z_SYNC_FLUSH }),
    "x-gzip": () => zlib.createGunzip({ flush: zlib.constants.Z_SYNC_FLUSH }),
    deflate: () => zlib.createInflate({ flush: zlib.constants.Z_SYNC_FLUSH }),
    br: () => zlib.createBrotliDecompress({ flush: zlib.constants.BROTLI_OPERATION_FLUSH }),
  };
  const decoder = decoders[encoding]?.();
  if (!decoder) {
    response.destroy();
    throw new CallFailed({
      reason: "bad_answer",
      message: `the answer is encoded as ${encoding}, which was not asked for`,
    });
  }
  response.on("error", (error) => decoder.destroy(error));
  response.on("aborted", () => decoder.destroy(new Error("aborted")));
  return response.pipe(decoder);
}
