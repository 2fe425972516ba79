import type { IncomingMessage, ServerResponse } from "node:http";
import { plausibleReply } from "./answer.ts";
import { anthropic } from "./anthropic.ts";
import type { FaultName } from "./faults.ts";
import { gemini } from "./gemini.ts";
import { modelList } from "./models.ts";
import { openaiChat } from "./openai-chat.ts";
import { openaiResponses } from "./openai-responses.ts";
import { type Place, placeOf } from "./paths.ts";
import { type Pace, play, sendJson } from "./play.ts";
import { plainScript, type Script, scriptOf } from "./script.ts";
import { countTokens, limited, type PromptCache, tokensIn } from "./usage.ts";
import type { Answer, Ask, Json, Reply, SimulatedWire, WireName } from "./wire.ts";

const WIRES: Readonly<Record<WireName, SimulatedWire>> = {
  anthropic,
  "openai-chat": openaiChat,
  "openai-responses": openaiResponses,
  gemini,
};

const BIGGEST_BODY = 64 * 1024 * 1024;
const CREDENTIALS = ["authorization", "x-api-key", "x-goog-api-key"];

/** One request that the simulator was asked. */
export interface SimulatedRequest {
  provider: string;
  does: Place["does"];
  /** With the query. */
  path: string;
  /** Absent for a list of models and where the body was refused. */
  ask?: Ask;
  /** The fault that it met. */
  fault?: FaultName;
  /** The client went away before the answer was complete. */
  aborted: boolean;
}

/** What all providers of one simulator share. */
export interface House {
  faults: ReadonlyMap<string, FaultName>;
  pace: Pace;
  silenceMs: number;
  respond: (ask: Ask) => Reply | undefined | Promise<Reply | undefined>;
  remember(request: SimulatedRequest): void;
  now: () => number;
  random: () => number;
  cache: PromptCache;
}

/** Answers one HTTP request, whichever provider and protocol it is for. */
export async function serve(house: House, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = incoming.url ?? "/";
  const place = placeOf(path);
  if (!place) {
    const message = `The simulator knows no ${incoming.method} ${path}. Providers live at /NAME, faults at /fault/NAME.`;
    return sendJson(response, 404, { type: "error", error: { type: "not_found_error", message } });
  }
  const raw = await bodyOf(incoming);
  const request: SimulatedRequest = { provider: place.provider, does: place.does, path, aborted: false };
  house.remember(request);
  const gone = new AbortController();
  response.on("close", () => {
    gone.abort();
    // A fault that breaks the connection ends the answer from this side.
    request.aborted = !response.writableFinished && (request.fault === undefined || request.fault === "slow");
  });
  response.setHeader("request-id", `req_${freshId(house.random)}`);
  const script = await scriptFor(house, place, raw, incoming, request);
  if (typeof script === "string")
    return sendJson(response, 400, WIRES[place.wire].error(400, "invalid_request_error", script));
  if (script.fault) request.fault = script.fault;
  await play({ response, pace: house.pace, silenceMs: house.silenceMs, gone: gone.signal }, script);
}

/** @returns what to play, or what is wrong with the request */
async function scriptFor(
  house: House,
  place: Place,
  raw: Buffer,
  incoming: IncomingMessage,
  request: SimulatedRequest,
): Promise<Script | string> {
  const wire = WIRES[place.wire];
  const fault = place.fault ?? house.faults.get(place.provider);
  if (place.does === "models") return plainScript(wire, modelList(place.wire, house.now()), fault);
  const body = parsed(raw);
  if (!body) return "the body is not a JSON object";
  const complaint = wire.complaint(body);
  if (complaint !== undefined) return complaint;
  const ask: Ask = {
    ...wire.read(body, place.fromPath),
    provider: place.provider,
    wire: place.wire,
    body,
    headers: withoutCredentials(incoming),
  };
  request.ask = ask;
  if (place.does === "count") return plainScript(wire, countOf(place.wire, ask), fault);
  const reply = (await house.respond(ask)) ?? plausibleReply(ask);
  const meets = fault ?? reply.fault;
  return scriptOf(wire, ask, answerOf(house, ask, meets ? { ...reply, fault: meets } : reply));
}

function answerOf(house: House, ask: Ask, reply: Reply): Answer {
  const said = limited(ask, reply);
  return {
    ...said,
    stop: said.stop ?? (said.parts.some((part) => part.type === "tool") ? "tool" : "end"),
    usage: countTokens(ask, said, house.cache),
    id: freshId(house.random),
    created: Math.floor(house.now() / 1000),
  };
}

function countOf(wire: WireName, ask: Ask): Json {
  const tokens = tokensIn(JSON.stringify(ask.body));
  return wire === "gemini" ? { totalTokens: tokens } : { input_tokens: tokens };
}

function freshId(random: () => number): string {
  return `sim${Array.from({ length: 16 }, () => Math.floor(random() * 36).toString(36)).join("")}`;
}

async function bodyOf(incoming: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of incoming) {
    parts.push(part as Buffer);
    size += (part as Buffer).length;
    if (size > BIGGEST_BODY) throw new Error(`the body is larger than ${BIGGEST_BODY} bytes`);
  }
  return Buffer.concat(parts);
}

function parsed(raw: Buffer): Json | undefined {
  try {
    const value: unknown = JSON.parse(raw.toString("utf8"));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Says of a credential that it was there, not which. */
function withoutCredentials(incoming: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(incoming.headers).map(([name, value]) => [
      name,
      CREDENTIALS.includes(name) ? "(set)" : Array.isArray(value) ? value.join(", ") : (value ?? ""),
    ]),
  );
}
