import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { type FaultName, statusOf } from "./faults.ts";
import type { Script } from "./script.ts";
import type { Frame, Json } from "./wire.ts";

/** How fast a provider talks. */
export interface Pace {
  /** Before the first event. */
  firstMs: number;
  /** Between two words. */
  wordMs: number;
}

/** As fast as the machine can. */
export const INSTANT: Pace = { firstMs: 0, wordMs: 0 };

/** Like a small hosted model: a moment's thought, then some forty words a second. */
export const REALISTIC: Pace = { firstMs: 350, wordMs: 25 };

const STREAM_HEADERS = { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache" };
const BREAKS_OFF: readonly (FaultName | undefined)[] = ["cut-before-content", "cut-in-text", "cut-in-tool"];
const PAGE =
  "<!doctype html>\n<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>\n";

/** Where and how fast a script is played. */
export interface Stage {
  response: ServerResponse;
  pace: Pace;
  /** How long `slow` is silent. */
  silenceMs: number;
  /** Aborted when the connection is gone. */
  gone: AbortSignal;
}

/** Sends what the script says, or fails in the way of its fault. Resolves when all is sent or the client is gone. */
export async function play(stage: Stage, script: Script): Promise<void> {
  const { response, pace, silenceMs, gone } = stage;
  if (!(await pause(script.fault === "slow" ? silenceMs : pace.firstMs, gone))) return;
  if (script.fault === "down") return cut(response);
  if (script.fault === "garbage") return void response.writeHead(200, { "content-type": "text/html" }).end(PAGE);
  const refusal = script.fault && statusOf(script.fault);
  if (refusal) {
    const body = script.error(refusal.status, refusal.type, refusal.message);
    return sendJson(response, refusal.status, body, refusal.headers);
  }
  if (script.stream) await sendFrames(stage, script.stream);
  else await sendDocument(response, script);
  if (gone.aborted) return;
  if (BREAKS_OFF.includes(script.fault)) await cutWhenSent(response);
  else response.end();
}

/** Answers with one JSON document and ends. */
export function sendJson(
  response: ServerResponse,
  status: number,
  body: Json,
  headers: Readonly<Record<string, string>> = {},
): void {
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(status, { "content-type": "application/json", "content-length": bytes.length, ...headers });
  response.end(bytes);
}

async function sendFrames({ response, pace, gone }: Stage, frames: Frame[]): Promise<void> {
  response.writeHead(200, STREAM_HEADERS);
  response.flushHeaders();
  for (const frame of frames) {
    if (gone.aborted) return;
    response.write(frame.bytes);
    if (frame.at !== "start" && frame.at !== "end") await pause(pace.wordMs, gone);
  }
}

/** The document, or as much of it as its fault lets through. */
async function sendDocument(response: ServerResponse, script: Script): Promise<void> {
  const bytes = Buffer.from(JSON.stringify(script.whole ?? {}));
  response.writeHead(200, { "content-type": "application/json", "content-length": bytes.length });
  response.flushHeaders();
  if (script.fault === "cut-before-content") return;
  response.write(BREAKS_OFF.includes(script.fault) ? bytes.subarray(0, bytes.length >> 1) : bytes);
}

function cut(response: ServerResponse): void {
  response.socket?.destroy();
}

/** What was said reaches the other side first, so that the break is where it was meant to be. */
async function cutWhenSent(response: ServerResponse): Promise<void> {
  const { socket } = response;
  while (socket && !socket.destroyed && socket.writableLength > 0) await sleep(1);
  await sleep(5);
  cut(response);
}

/** @returns false when the client went away meanwhile */
async function pause(ms: number, gone: AbortSignal): Promise<boolean> {
  if (ms <= 0 || gone.aborted) return !gone.aborted;
  try {
    await sleep(ms, undefined, { signal: gone });
    return true;
  } catch (error) {
    if (gone.aborted) return false;
    throw error;
  }
}
