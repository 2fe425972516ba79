import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { fromQuery, type Pasted } from "./paste.ts";

/** What becomes of a callback: the page says so to the user. */
export type CallbackVerdict = { status: 200 | 400 | 409 | 500; title: string; message: string };

export interface ListenerOptions {
  /** Host name in the redirect; `localhost` means both loopback addresses. */
  host: "localhost" | "127.0.0.1";
  /** Instead of loopback, e.g. in a container. */
  bind?: string | undefined;
  path: string;
  /** In the order in which they are tried; 0 is any. */
  ports: readonly number[];
  /** Somebody came back from the vendor, or says so. */
  onCallback: (query: Pasted) => Promise<CallbackVerdict>;
  /** Another program asks for the port. */
  onCancel: () => void;
}

export interface CallbackListener {
  port: number;
  close(): void;
}

/** The page that tells of the result may still be on its way. */
const LAST_PAGE_MS = 500;

/**
 * Waits on this machine for the browser to come back, only while a sign-in is under way.
 * @returns undefined when none of the ports is free
 */
export async function listenForCallback(options: ListenerOptions): Promise<CallbackListener | undefined> {
  // A free port of one address family may be taken in the other.
  for (const port of options.ports.flatMap((each) => (each === 0 ? [0, 0, 0] : [each]))) {
    const servers = await bindAll(port, options);
    const [first] = servers;
    if (!first) continue;
    return {
      port: (first.address() as AddressInfo).port,
      close() {
        for (const server of servers) {
          server.close();
          // Browsers keep spare connections, and would bring the next sign-in's callback to this one.
          setTimeout(() => server.closeAllConnections(), LAST_PAGE_MS).unref();
        }
      },
    };
  }
  return undefined;
}

/** What the user has to know where there is no listener. */
export function portsTaken(ports: readonly number[]): string {
  const which = ports.length === 1 ? `Port ${ports[0]} is` : `The ports ${ports.join(" and ")} are`;
  return `${which} taken by another program, so the browser cannot come back here by itself: paste what it ends at.`;
}

/** On machines with one address family, one of the two is enough; but no port of which another program has half. */
async function bindAll(port: number, options: ListenerOptions): Promise<Server[]> {
  const hosts = options.bind ? [options.bind] : options.host === "localhost" ? ["127.0.0.1", "::1"] : ["127.0.0.1"];
  const bound: Server[] = [];
  for (const host of hosts) {
    const [first] = bound;
    const wanted = first ? (first.address() as AddressInfo).port : port;
    const result = await bind(host, wanted, options);
    if (typeof result !== "string") bound.push(result);
    else if (result === "EADDRINUSE") {
      for (const server of bound) server.close();
      return [];
    }
  }
  return bound;
}

/** @returns the error's code when the address cannot be had */
function bind(host: string, port: number, options: ListenerOptions): Promise<Server | string> {
  return new Promise((resolve) => {
    const server = createServer((request, response) => void answer(request, response, options));
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ host, port, exclusive: true }, () => resolve(server));
    server.unref();
  });
}

async function answer(request: IncomingMessage, response: ServerResponse, options: ListenerOptions): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
  if (request.method === "GET" && pathname === "/cancel") {
    page(response, 200, "Sign-in cancelled", "Another program needs this port.");
    return options.onCancel();
  }
  if (request.method !== "GET") return page(response, 405, "Not here", "Only a browser's GET is answered here.");
  if (pathname !== options.path) return page(response, 404, "Not here", "This address only waits for a sign-in.");
  const { status, title, message } = await options.onCallback(fromQuery(searchParams));
  page(response, status, title, message);
}

/** A page without a script, and without anything of the address that called for it. */
function page(response: ServerResponse, status: number, title: string, message: string): void {
  const body = callbackPage(title, message);
  response.writeHead(status, { ...PAGE_HEADERS, connection: "close", "content-length": Buffer.byteLength(body) });
  response.end(body);
}

const STYLE =
  ":root{color-scheme:light dark;font:1.1rem/1.5 system-ui,sans-serif}body{max-width:28rem;margin:20vh auto;padding:0 1rem}h1{font-size:1.5rem}";

export const PAGE_HEADERS = {
  "content-type": "text/html; charset=utf-8",
  "cache-control": "no-store",
  "referrer-policy": "no-referrer",
  // No script, no picture, and of style only this one.
  "content-security-policy": `default-src 'none'; style-src 'sha256-${createHash("sha256").update(STYLE).digest("base64")}'`,
} as const;

export function callbackPage(title: string, message: string): string {
  const [heading, words] = [escapeHtml(title), escapeHtml(message)];
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${heading}</title><style>${STYLE}</style></head><body><h1>${heading}</h1><p>${words}</p></body></html>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
