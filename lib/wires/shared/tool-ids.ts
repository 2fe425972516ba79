import { createHash } from "node:crypto";
import type { Message } from "../../anthropic/types.ts";
import type { Quirks } from "../../catalog/types.ts";

const BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** What the upstream may see as an id, per form of the catalogue; ids of another form are hashed into it. */
const FORMS = {
  default: { legal: /^[a-zA-Z0-9_-]{1,40}$/, make: (id: string) => `call_${digest(id, 24)}` },
  alnum9: { legal: /^[a-zA-Z0-9]{9}$/, make: (id: string) => digest(id, 9) },
} as const;

/**
 * Gives the tool calls of a conversation the ids that the upstream wants. The same id in always gives the same id out, so
 * that a call and its result match and prompts stay equal from turn to turn. Kimi's models are trained on ids that
 * count the calls (`functions.NAME:0`), so those are numbered in the order in which calls are seen.
 */
export function upstreamToolIds(form: Quirks["toolCallId"] = "default"): (id: string, name: string) => string {
  if (form === "kimi") {
    let count = 0;
    return (_id, name) => `functions.${name}:${count++}`;
  }
  const { legal, make } = FORMS[form];
  return (id) => (legal.test(id) ? id : make(id));
}

/**
 * Makes the ids that the client gets to see: the upstream's own where it is legal and new to the conversation, else one
 * derived from it, the same every time.
 * @param salt differs from answer to answer (the upstream's response id): some vendors count from zero in each
 */
export class ClientToolIds {
  readonly #used: Set<string>;
  readonly #legal: RegExp;

  /**
   * @param history ids that the conversation already holds
   * @param legal what the client may see of the upstream's own
   */
  constructor(history: Iterable<string>, legal = /^[a-zA-Z0-9_-]{1,64}$/) {
    this.#used = new Set(history);
    this.#legal = legal;
  }

  make(upstreamId: string, salt: string): string {
    let id = upstreamId;
    if (!this.#legal.test(id) || this.#used.has(id))
      for (let n = 0; n === 0 || this.#used.has(id); n++) id = `toolu_${digest(`${upstreamId}\n${salt}\n${n}`, 24)}`;
    this.#used.add(id);
    return id;
  }
}

/** Ids of all tool calls in a conversation. */
export function* toolIdsOf(messages: readonly Message[]): Generator<string> {
  for (const { content } of messages)
    if (Array.isArray(content))
      for (const block of content) if (block?.type === "tool_use" && typeof block.id === "string") yield block.id;
}

function digest(text: string, length: number): string {
  const bytes = createHash("sha256").update(text).digest();
  return Array.from(bytes.subarray(0, length), (byte) => BASE62[byte % 62]).join("");
}
