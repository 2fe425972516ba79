/**
 * Requests to authorization servers: few, small, and careful with what they carry.
 * @module
 */
import ky from "ky";
import type { LoginFacts } from "../../catalog/logins.ts";
import { deadline } from "./deadline.ts";
import { fetchFor } from "./proxied-fetch.ts";

declare const CCM_VERSION: string;

const USER_AGENT = `claude-code-mux/${CCM_VERSION}`;
const TIMEOUT_MS = 15_000;
/** Larger than any answer of a token endpoint. */
const MAX_BYTES = 1024 * 1024;

/** A complete answer. */
export interface Reply {
  status: number;
  headers: Headers;
  /** The body as JSON; undefined when it is none. */
  json: unknown;
  text: string;
}

/** No complete answer came. */
export class NoAnswer extends Error {
  override readonly name = "NoAnswer";
  /** The server may have done what it was asked for: the request had been sent. */
  readonly maybeDone: boolean;
  constructor(message: string, maybeDone: boolean) {
    super(message);
    this.maybeDone = maybeDone;
  }
}

/**
 * Posts parameters. Not repeated, not redirected: both could show a secret to a stranger, or spend it twice.
 * @throws {NoAnswer}
 */
export function post(
  url: string,
  params: Params,
  encoding: LoginFacts["encoding"],
  timeoutMs = TIMEOUT_MS,
): Promise<Reply> {
  const given = Object.entries(params).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const body = encoding === "json" ? { json: Object.fromEntries(given) } : { body: new URLSearchParams(given) };
  return send(url, { method: "POST", ...body }, timeoutMs);
}

export type Params = Readonly<Record<string, string | undefined>>;

/** @throws {NoAnswer} */
export function get(url: string, headers: Record<string, string> = {}, timeoutMs = TIMEOUT_MS): Promise<Reply> {
  return send(url, { method: "GET", headers }, timeoutMs);
}

/** Posts JSON of any shape. @throws {NoAnswer} */
export function postJson(url: string, json: unknown, headers: Record<string, string> = {}): Promise<Reply> {
  return send(url, { method: "POST", json, headers });
}

interface Request {
  method: string;
  headers?: Record<string, string>;
  json?: unknown;
  body?: URLSearchParams;
}

async function send(url: string, request: Request, timeoutMs = TIMEOUT_MS): Promise<Reply> {
  const tooLate = new AbortController();
  // Of the whole exchange, where ky's own would end with the headers.
  const callOff = deadline(timeoutMs, () => tooLate.abort());
  try {
    const response = await ky(url, {
      ...request,
      headers: { accept: "application/json", "user-agent": USER_AGENT, ...request.headers },
      fetch: fetchFor(url),
      retry: 0,
      throwHttpErrors: false,
      redirect: "error",
      timeout: false,
      signal: tooLate.signal,
    });
    const text = await readText(response);
    return { status: response.status, headers: response.headers, json: parse(text), text };
  } catch (error) {
    throw noAnswer(url, error, tooLate.signal.aborted ? timeoutMs : undefined);
  } finally {
    callOff();
  }
}

async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > MAX_BYTES) throw new Error("the answer is larger than 1 MiB");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // whoever wanted JSON says so
  }
}

/** Errors that come before a single byte was sent. */
const NOT_SENT = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
]);

/** @param waitedMs where it took too long */
function noAnswer(url: string, error: unknown, waitedMs: number | undefined): NoAnswer {
  const { host } = new URL(url);
  if (waitedMs !== undefined) return new NoAnswer(`${host} gave no answer within ${waitedMs / 1000} s`, true);
  if (!(error instanceof Error)) return new NoAnswer(`${host}: ${String(error)}`, true);
  const cause = error.cause instanceof Error ? (error.cause as NodeJS.ErrnoException) : error;
  if (cause.message.includes("redirect"))
    return new NoAnswer(`${host} answered with a redirect, which is not followed`, false);
  const code = (cause as NodeJS.ErrnoException).code;
  return new NoAnswer(`${host}: ${code ?? cause.message}`, code === undefined || !NOT_SENT.has(code));
}
