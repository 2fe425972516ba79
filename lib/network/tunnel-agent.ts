import http from "node:http";
import https from "node:https";
import type { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";
import { proxyFor } from "./proxy.ts";

type Done = (error: Error | null, socket?: Duplex) => void;

/** A proxy that has not connected by then never will; whoever waits has a shorter limit of its own. */
const PATIENCE_MS = 60_000;

/** @returns an agent for `origin` that goes through its proxy; undefined where it is reached directly */
export function tunnelTo(origin: string, options: https.AgentOptions): https.Agent | undefined {
  const proxy = proxyFor(origin);
  return proxy && new TunnelAgent(proxy, options);
}

/** Node's agent for HTTPS, with every connection made through an HTTP proxy by CONNECT (RFC 9110, section 9.3.6). */
class TunnelAgent extends https.Agent {
  readonly #proxy: URL;

  constructor(proxy: URL, options: https.AgentOptions) {
    super(options);
    this.#proxy = proxy;
  }

  /** @param done called when the connection is there all the way, encryption included */
  override createConnection(options: https.RequestOptions, done: Done): undefined {
    const { protocol, hostname, port, username, password, host } = this.#proxy;
    const target = `${options.host?.includes(":") ? `[${options.host}]` : options.host}:${options.port}`;
    const asking = (protocol === "https:" ? https : http).request({
      hostname: hostname.replace(/^\[|\]$/g, ""),
      port,
      method: "CONNECT",
      path: target,
      agent: false,
      timeout: PATIENCE_MS,
      headers: { host: target, ...(username && { "proxy-authorization": basic(username, password) }) },
    });
    asking.once("connect", ({ statusCode }, socket) => {
      if (statusCode !== 200) {
        socket.destroy();
        return done(new Error(`the proxy ${host} answered ${statusCode} when asked to connect`));
      }
      const secured = super.createConnection({ ...options, socket } as https.RequestOptions) as TLSSocket;
      secured.once("error", done);
      secured.once("secureConnect", () => {
        secured.off("error", done);
        done(null, secured);
      });
    });
    asking.once("timeout", () => asking.destroy(new Error("no answer")));
    asking.once("error", (error) => done(new Error(`the proxy ${host} cannot be reached: ${error.message}`)));
    asking.end();
  }
}

/** @param username as URLs spell it, and `password` likewise */
function basic(username: string, password: string): string {
  const plain = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return `Basic ${Buffer.from(plain).toString("base64")}`;
}
