import { anthropic } from "../../../lib/simulator/anthropic.ts";
import { gemini } from "../../../lib/simulator/gemini.ts";
import { openaiChat } from "../../../lib/simulator/openai-chat.ts";
import { openaiResponses } from "../../../lib/simulator/openai-responses.ts";
import { placeOf } from "../../../lib/simulator/paths.ts";
import type { Answer, Ask, Frame, Part, SimulatedWire } from "../../../lib/simulator/wire.ts";
import type { WallRequest } from "./exchange.ts";

const WIRES = { anthropic, "openai-chat": openaiChat, "openai-responses": openaiResponses, gemini } as const;

/** A request as the protocol understands it that its path belongs to. */
export interface Speech {
  wire: SimulatedWire;
  ask: Ask;
}

export function speechOf({ path, headers, body, model }: WallRequest): Speech {
  const place = placeOf(path);
  if (!place) throw new Error(`the wall does not know ${path}`);
  const wire = WIRES[place.wire];
  const ask = { ...wire.read(body, place.fromPath), model, provider: "wall", wire: wire.name, body, headers };
  return { wire, ask };
}

/** The events of an answer, each with what it belongs to. */
export function framesOf({ wire, ask }: Speech, parts: readonly Part[]): Frame[] {
  return wire.frames(ask, answerOf(parts));
}

export function wholeOf({ wire, ask }: Speech, parts: readonly Part[]): object {
  return wire.whole(ask, answerOf(parts));
}

function answerOf(parts: readonly Part[]): Answer {
  const stop = parts.some(({ type }) => type === "tool") ? "tool" : "end";
  const usage = { input: 21, cacheRead: 0, cacheWrite: 0, output: 70, thinking: 0 };
  return { parts, stop, usage, id: "0fb1", created: 1_790_000_000 };
}

/** What an assistant turn at the end of the request has begun to say; undefined when the last word is the user's. */
export function prefillOf({ body }: WallRequest): string | undefined {
  const messages = (body.messages ?? []) as { role?: string; content?: string | { text?: string }[] }[];
  const last = messages.at(-1);
  if (last?.role !== "assistant") return undefined;
  return typeof last.content === "string" ? last.content : (last.content ?? []).map(({ text }) => text ?? "").join("");
}
