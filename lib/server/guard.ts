import { timingSafeEqual } from "node:crypto";
import { isIP } from "node:net";
import type { Settings } from "../config/settings.ts";
import { hasSession } from "./page-session.ts";

/** What the guard looks at, taken from Node's request. */
export interface GuardedRequest {
  method: string;
  /** Without the query. */
  path: string;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  /** How many Host headers were sent; Node keeps only the first. */
  hostHeaders: number;
  /** The address at which the connection arrived. */
  localAddress: string | undefined;
}

export interface Refused {
  status: number;
  message: string;
}

const LOOPBACK_NAMES = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** Paths of the model APIs: programs call them, the page's own tab too. */
const API_PATH = /^\/v1\//;
/** Paths that tell nothing beyond whether the server works. */
const OPEN_PATHS = new Set(["/health", "/api/hello"]);
/** Signing in, and out, is for those who are not yet. */
const SESSION_PATH = "/api/session";
/** The page's own files, all in one folder, and what is not there. */
const PAGE_PATH = /^\/[\w.-]*$/;
/** Names of providers and models, tokens and money: on this machine for everybody, for others with a key. */
const METRICS_PATH = "/metrics";
/** A vendor's page sends the browser here; the state in the query says whether we had sent it there. */
const CALLBACK_PATH = "/api/oauth/callback";

/**
 * Keeps web pages and strangers out: a page that a browser shows must not be able to spend the user's keys, whether by a
 * cross-origin request or by a name that it rebinds to this machine.
 * @returns undefined when the request may go on
 */
export function guard(request: GuardedRequest, server: Settings["server"]): Refused | undefined {
  const isApi = API_PATH.test(request.path);
  const isCallback = request.method === "GET" && request.path === CALLBACK_PATH;
  if (isCallback) return checkHost(request, server.allowed_hosts);
  const isMetrics = request.path === METRICS_PATH;
  const authorized =
    ((isApi || isMetrics) && hasKey(request.headers, server.api_keys)) ||
    (isMetrics && hasToken(request.headers, server.admin_token));
  return (
    (authorized ? undefined : checkHost(request, server.allowed_hosts)) ??
    checkOrigin(request) ??
    checkContentType(request) ??
    (needsToken(request) && server.admin_token === "" ? TOKEN_UNSET : undefined) ??
    (isApi && server.api_keys.length > 0 && !authorized ? NO_KEY : undefined) ??
    (isMetrics && !isLocal(request) && !authorized ? NO_METRICS_KEY : undefined) ??
    (isAdmin(request.path) && server.admin_token !== "" && !hasToken(request.headers, server.admin_token)
      ? NO_TOKEN
      : undefined)
  );
}

const NO_KEY: Refused = { status: 401, message: "send one of server.api_keys as x-api-key or as a Bearer token" };
const NO_METRICS_KEY: Refused = {
  status: 401,
  message: "from another machine, send server.admin_token or one of server.api_keys as a Bearer token",
};
/** Whoever reaches the admin API may set commands that print keys: from other machines nobody does without a password. */
const TOKEN_UNSET: Refused = {
  status: 403,
  message: "the page and its API answer to other machines only when server.admin_token is set",
};
const NO_TOKEN: Refused = {
  status: 401,
  message: "sign in on the page, or send server.admin_token as a Bearer token",
};

/**
 * Paths that tell or change how the server is set up: all but those that are known to be open. What is behind the guard reads
 * `/x/../api/config`, `/%61pi/config` and `http://host/api/config` all as `/api/config`, so no list of closed paths would do.
 */
function isAdmin(path: string): boolean {
  return (
    !API_PATH.test(path) &&
    !OPEN_PATHS.has(path) &&
    path !== METRICS_PATH &&
    path !== SESSION_PATH &&
    !PAGE_PATH.test(path)
  );
}

/** The admin API or the page, asked for over the network. */
function needsToken(request: GuardedRequest): boolean {
  const { path } = request;
  return !isLocal(request) && !API_PATH.test(path) && !OPEN_PATHS.has(path) && path !== METRICS_PATH;
}

/** Whether a connection comes from this machine, also where it was made to an address that others reach. */
export function isSameMachine(socket: {
  localAddress?: string | undefined;
  remoteAddress?: string | undefined;
}): boolean {
  return isLocal(socket) || socket.remoteAddress === socket.localAddress;
}

/** A connection that arrives at a loopback address comes from this machine. */
function isLocal({ localAddress }: { localAddress?: string | undefined }): boolean {
  const address = mapped(localAddress);
  return address === undefined || address === "::1" || address.startsWith("127.");
}

function checkHost(request: GuardedRequest, allowed: readonly string[]): Refused | undefined {
  const host = single(request.headers.host);
  if (host === undefined || request.hostHeaders !== 1)
    return { status: 400, message: "exactly one Host header is needed" };
  const name = hostName(host);
  if (
    name !== undefined &&
    (LOOPBACK_NAMES.has(name) || allowed.some((a) => a.toLowerCase() === name || a.toLowerCase() === host))
  )
    return undefined;
  // An address, unlike a name, cannot be rebound: whoever calls the address at which we listen means us.
  if (name !== undefined && isIP(bare(name)) > 0 && bare(name) === mapped(request.localAddress)) return undefined;
  return {
    status: 403,
    message: `the host ${JSON.stringify(host.slice(0, 100))} is not this machine; if it should be, add it to server.allowed_hosts`,
  };
}

/** Somebody clicks on a link to the page: the browser shows it by itself, and tells the page with the link nothing of it. */
function followsLink({ method, path, headers }: GuardedRequest): boolean {
  return (
    method === "GET" &&
    path === "/" &&
    single(headers["sec-fetch-mode"]) === "navigate" &&
    single(headers["sec-fetch-dest"]) === "document"
  );
}

function checkOrigin(request: GuardedRequest): Refused | undefined {
  const { method, headers } = request;
  if (method === "OPTIONS") return { status: 403, message: "cross-origin requests are refused" };
  if (followsLink(request)) return undefined;
  const site = single(headers["sec-fetch-site"]);
  if (site !== undefined && site !== "same-origin" && site !== "none")
    return { status: 403, message: "requests from other web pages are refused" };
  const origin = single(headers.origin);
  if (origin === undefined) return undefined;
  const host = single(headers.host)?.toLowerCase();
  return origin.toLowerCase() === `http://${host}` || origin.toLowerCase() === `https://${host}`
    ? undefined
    : { status: 403, message: "requests from other web pages are refused" };
}

function checkContentType({ method, headers }: GuardedRequest): Refused | undefined {
  if (method === "GET" || method === "HEAD" || method === "DELETE") return undefined;
  const type = single(headers["content-type"])?.split(";")[0]?.trim().toLowerCase();
  return type === "application/json"
    ? undefined
    : { status: 415, message: `send the body with "content-type: application/json"` };
}

/** The name in a Host header, without the port; undefined when it is malformed. */
function hostName(host: string): string | undefined {
  const found = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/i.exec(host);
  return found?.[1]?.toLowerCase();
}

function bare(name: string): string {
  return name.replace(/^\[|\]$/g, "");
}

/** IPv4 addresses show up in IPv6 form where the socket listens on both. */
function mapped(address: string | undefined): string | undefined {
  return address?.replace(/^::ffff:/, "");
}

function hasKey(headers: GuardedRequest["headers"], keys: readonly string[]): boolean {
  const sent = [single(headers["x-api-key"]), bearer(headers)];
  return sent.some((key) => key !== undefined && keys.some((good) => sameSecret(key, good)));
}

function hasToken(headers: GuardedRequest["headers"], token: string): boolean {
  if (token === "") return false;
  const sent = bearer(headers);
  if (sent !== undefined && sameSecret(sent, token)) return true;
  return hasSession(single(headers.cookie), token, sameSecret);
}

function bearer(headers: GuardedRequest["headers"]): string | undefined {
  return /^Bearer (.+)$/i.exec(single(headers.authorization) ?? "")?.[1];
}

function sameSecret(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
