import type { InboundRequest } from "../../anthropic/request.ts";
import type { Range } from "../../anthropic/scan.ts";
import type { Message, MessagesBody, Tool } from "../../anthropic/types.ts";
import { CannotCarry } from "../wire.ts";

/** Kept for the attempts that follow at once; an answer may take minutes, and needs nothing of the conversation. */
const bodies = new WeakMap<InboundRequest, WeakRef<MessagesBody>>();

/**
 * The request's body without its `tools`, parsed once for all attempts. The tools are more than half of a first turn's
 * bytes and the same in every turn of a session, so they are read apart (see `tools-cache.ts`). Messages are read one by
 * one: short texts are cheaper to hold than one of a megabyte (see `json-body.ts`).
 * @throws {CannotCarry} `bad_request` when a value is not valid JSON or has the wrong shape
 */
export function bodyOf(inbound: InboundRequest): MessagesBody {
  const known = bodies.get(inbound)?.deref();
  if (known) return known;
  const messages = inbound.messages.map((range, at) => parsed(inbound.raw, range, `messages.${at}`));
  requireObjects(messages, "messages");
  const body = { ...besideMessages(inbound), messages: messages as Message[] };
  bodies.set(inbound, new WeakRef(body));
  return body;
}

/** What a request says beside its conversation. */
export type BesideMessages = Pick<MessagesBody, "model" | "output_config"> & Readonly<Record<string, unknown>>;

/**
 * The request's body without `messages` and `tools`, which are nearly all of it.
 * @throws {CannotCarry} as `bodyOf`
 */
export function besideMessages({ raw, top }: InboundRequest): BesideMessages {
  const fields: Record<string, unknown> = {};
  for (const [key, range] of top) if (key !== "tools" && key !== "messages") fields[key] = parsed(raw, range, key);
  const { model } = fields;
  if (typeof model !== "string") throw new CannotCarry("model: a string is required", "bad_request");
  return { ...fields, model };
}

/**
 * The request's tools, parsed.
 * @throws {CannotCarry} `bad_request` when they are no array of objects
 */
export function toolsOf(inbound: InboundRequest): Tool[] {
  const range = inbound.top.get("tools");
  const tools = (range && parsed(inbound.raw, range, "tools")) ?? [];
  if (!Array.isArray(tools)) throw new CannotCarry("tools: an array is required", "bad_request");
  requireObjects(tools, "tools");
  return tools as Tool[];
}

function requireObjects(items: readonly unknown[], where: string): void {
  const odd = items.findIndex((item) => typeof item !== "object" || item === null);
  if (odd >= 0) throw new CannotCarry(`${where}.${odd}: an object is required`, "bad_request");
}

function parsed(raw: Buffer, { start, end }: Range, where: string): unknown {
  try {
    return JSON.parse(raw.toString("utf8", start, end));
  } catch (error) {
    const why = error instanceof Error ? error.message : "unreadable";
    throw new CannotCarry(`${where}: not valid JSON: ${why}`, "bad_request");
  }
}
