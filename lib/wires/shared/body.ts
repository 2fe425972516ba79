import type { InboundRequest } from "../../anthropic/request.ts";
import type { MessagesBody, Tool } from "../../anthropic/types.ts";
import { CannotCarry } from "../wire.ts";

const bodies = new WeakMap<InboundRequest, MessagesBody>();

/**
 * The request's body without its `tools`, parsed once for all attempts. The tools are more than half of a first turn's
 * bytes and the same in every turn of a session, so they are read apart (see `tools-cache.ts`).
 * @throws {CannotCarry} `bad_request` when a value is not valid JSON or has the wrong shape
 */
export function bodyOf(inbound: InboundRequest): MessagesBody {
  const known = bodies.get(inbound);
  if (known) return known;
  const body: Record<string, unknown> = {};
  for (const key of inbound.top.keys()) if (key !== "tools") body[key] = parsedValue(inbound, key);
  const { model, messages } = body;
  if (typeof model !== "string") throw new CannotCarry("model: a string is required", "bad_request");
  if (!Array.isArray(messages)) throw new CannotCarry("messages: an array is required", "bad_request");
  requireObjects(messages, "messages");
  const parsed: MessagesBody = { ...body, model, messages };
  bodies.set(inbound, parsed);
  return parsed;
}

/**
 * The request's tools, parsed.
 * @throws {CannotCarry} `bad_request` when they are no array of objects
 */
export function toolsOf(inbound: InboundRequest): Tool[] {
  const tools = parsedValue(inbound, "tools") ?? [];
  if (!Array.isArray(tools)) throw new CannotCarry("tools: an array is required", "bad_request");
  requireObjects(tools, "tools");
  return tools as Tool[];
}

function requireObjects(items: readonly unknown[], where: string): void {
  const odd = items.findIndex((item) => typeof item !== "object" || item === null);
  if (odd >= 0) throw new CannotCarry(`${where}.${odd}: an object is required`, "bad_request");
}

function parsedValue(inbound: InboundRequest, key: string): unknown {
  const range = inbound.top.get(key);
  if (!range) return undefined;
  try {
    return JSON.parse(inbound.raw.toString("utf8", range.start, range.end));
  } catch (error) {
    const why = error instanceof Error ? error.message : "unreadable";
    throw new CannotCarry(`${key}: not valid JSON: ${why}`, "bad_request");
  }
}
