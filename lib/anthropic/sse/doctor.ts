import type { Usage } from "../types.ts";
import { mergeUsage, NO_USAGE } from "../usage.ts";
import { DELTAS_OF, EMPTY_FIELDS, NEEDED_FIELDS } from "./block-kinds.ts";
import { readEvent } from "./splitter.ts";

/** What is mended, in the words in which it is told. */
export const MENDS = {
  badLine: "left out an event that is not JSON",
  name: "gave an event the name that its data tells",
  secondStart: "left out a second message_start",
  fields: "filled in empty fields that clients need",
  blockEnd: "closed a block that was left open",
  strayEnd: "left out the end of a block that was not open",
  index: "numbered the blocks anew",
  id: "gave a call an id of its own",
  emptyDelta: "left out a delta that says nothing",
  stopReason: "added the message_delta that was missing before message_stop",
  end: "added the message_stop that was missing after the stop reason",
} as const;

export type Mend = keyof typeof MENDS;

/** So many unreadable events in a row are no accident. */
const MOST_BAD_LINES = 3;

interface OpenBlock {
  /** As the client knows it. */
  index: number;
  type: string;
  /** As the upstream calls it. */
  theirs: unknown;
}

type Json = Record<string, unknown>;

/**
 * Stands between an upstream's Anthropic stream and the client: lets the grammar's events through as they are, mends what
 * is provable, and gives up at anything else. One for each stream.
 */
export class StreamDoctor {
  /** What was mended so far. */
  readonly mends = new Set<Mend>();
  /** Why the stream cannot be told any further; nothing is forwarded once it is set. */
  fault: string | undefined;
  /** The upstream's own error event. */
  reported: { body: Json; event: Buffer | string } | undefined;
  started = false;
  /** Something that a user would miss has been forwarded. */
  hasContent = false;
  /** message_stop was seen, or added. */
  ended = false;
  usage: Usage = { ...NO_USAGE };
  stopReason: string | null = null;
  servedModel: string | undefined;
  #open: OpenBlock | undefined;
  #nextIndex = 0;
  #usesTools = false;
  /** A message_delta was seen. */
  #concluded = false;
  #badInARow = 0;
  #lostLines = false;
  readonly #idOf: ((upstreamId: string) => string) | undefined;

  /** @param idOf the id by which the client is to know a call; default: the upstream's own */
  constructor(idOf?: (upstreamId: string) => string) {
    this.#idOf = idOf;
  }

  /** The block that is open, as the client knows it. */
  get open(): { readonly index: number; readonly type: string } | undefined {
    return this.#open;
  }

  /** Looks at one event. @returns what the client gets for it: the very same bytes, mended ones, or none */
  see(event: Buffer): Buffer | string {
    if (this.ended || this.reported || this.fault !== undefined) return "";
    const read = readEvent(event);
    if (!read) return isComment(event) ? event : "";
    const body = parse(read.data);
    if (read.event === "ping") return body ? event : "";
    if (!body) return this.#leaveOut(read);
    this.#badInARow = 0;
    const type = typeof body.type === "string" ? body.type : read.event;
    if (type === "") return "";
    if (type === read.event && body.type === type && event[0] !== BOM) return this.#take(type, body, event);
    this.mends.add("name");
    return this.#take(type, body, write(type, { ...body, type }));
  }

  /** The upstream says no more. @returns what was missing, where the stop reason had proved the answer whole */
  end(): string {
    if (this.ended || this.reported || this.fault !== undefined || this.stopReason === null) return "";
    this.mends.add("end");
    this.ended = true;
    return write("message_stop", { type: "message_stop" });
  }

  #take(type: string, body: Json, event: Buffer | string): Buffer | string {
    switch (type) {
      case "content_block_delta":
        return this.#delta(body, event);
      case "content_block_start":
        return this.#blockStart(body, event);
      case "content_block_stop":
        return this.#blockStop(body, event);
      case "message_start":
        return this.#start(body, event);
      case "message_delta":
        return this.#conclude(body, event);
      case "message_stop":
        return this.#stop(event);
      case "error":
        this.reported = { body, event };
        return "";
      default:
        this.hasContent = true; // what we do not know may matter
        return event;
    }
  }

  #start(body: Json, event: Buffer | string): Buffer | string {
    if (this.started) return this.#mended("secondStart", "");
    if (!isObject(body.message)) return this.#giveUp("message_start without a message");
    this.started = true;
    const message = body.message;
    if (typeof message.model === "string") this.servedModel = message.model;
    const usage = mergeUsage({ ...NO_USAGE }, message.usage);
    this.usage = mergeUsage(this.usage, message.usage);
    const whole = { ...EMPTY_MESSAGE, ...message, usage };
    const isWhole = Object.keys(EMPTY_MESSAGE).every((key) => key in message) && hasCounts(message.usage);
    return isWhole ? event : this.#mended("fields", write("message_start", { ...body, message: whole }));
  }

  #blockStart(body: Json, event: Buffer | string): Buffer | string {
    if (!this.started || this.#concluded) return this.#giveUp("a block outside of the message");
    const block = body.content_block;
    if (!isObject(block) || typeof block.type !== "string") return this.#giveUp("a block without a type");
    const { type } = block;
    const missing = NEEDED_FIELDS[type]?.find((field) => typeof block[field] !== "string" || block[field] === "");
    if (missing !== undefined) return this.#giveUp(`a ${type} block without ${missing}`);
    const closed = this.#closeOpen();
    const index = this.#nextIndex++;
    this.#open = { index, type, theirs: body.index };
    this.#usesTools ||= type === "tool_use";
    this.hasContent ||= index > 0 || closed !== "";
    const fields = EMPTY_FIELDS[type] ?? {};
    const isFilled = Object.keys(fields).every((field) => block[field] !== undefined && block[field] !== null);
    if (!isFilled) this.mends.add("fields");
    if (body.index !== index) this.mends.add("index");
    const id = this.#idOf && type === "tool_use" ? this.#idOf(String(block.id)) : block.id;
    if (id !== block.id) this.mends.add("id");
    if (isFilled && body.index === index && id === block.id) return closed === "" ? event : closed + String(event);
    const given = Object.fromEntries(Object.entries(block).filter(([, value]) => value !== null));
    const filled = { ...(isFilled ? block : { ...block, ...fields, ...given }), ...(id !== block.id && { id }) };
    return closed + write("content_block_start", { ...body, index, content_block: filled });
  }

  #delta(body: Json, event: Buffer | string): Buffer | string {
    const open = this.#open;
    if (!open || (body.index !== open.theirs && body.index !== undefined))
      return this.#giveUp(`a delta for block ${String(body.index)}, which is not open`);
    if (!isObject(body.delta)) return this.#mended("emptyDelta", "");
    const kind = String(body.delta.type);
    const field = FIELD_OF[kind];
    if (field && typeof body.delta[field] !== "string") return this.#mended("emptyDelta", "");
    const allowed = DELTAS_OF[open.type];
    if (field && allowed && !allowed.includes(kind)) return this.#giveUp(`${kind} in a ${open.type} block`);
    if (!field || body.delta[field] !== "") this.hasContent = true;
    return body.index === open.index ? event : write("content_block_delta", { ...body, index: open.index });
  }

  #blockStop(body: Json, event: Buffer | string): Buffer | string {
    const open = this.#open;
    if (!open || (body.index !== open.theirs && body.index !== undefined)) return this.#mended("strayEnd", "");
    this.#open = undefined;
    this.hasContent = true;
    return body.index === open.index ? event : write("content_block_stop", { ...body, index: open.index });
  }

  #conclude(body: Json, event: Buffer | string): Buffer | string {
    if (!this.started) return this.#giveUp("the end of a message that never began");
    const closed = this.#closeOpen();
    const delta = isObject(body.delta) ? body.delta : {};
    if (typeof delta.stop_reason === "string") this.stopReason = delta.stop_reason;
    this.usage = mergeUsage(this.usage, body.usage);
    this.#concluded = true;
    this.hasContent = true;
    const { output_tokens } = this.usage;
    const isFilled = "stop_sequence" in delta && isObject(body.usage) && typeof body.usage.output_tokens === "number";
    if (isFilled) return closed === "" ? event : closed + String(event);
    const usage = { ...(isObject(body.usage) && body.usage), output_tokens };
    const filled = { ...body, delta: { stop_reason: null, stop_sequence: null, ...delta }, usage };
    return closed + this.#mended("fields", write("message_delta", filled));
  }

  #stop(event: Buffer | string): Buffer | string {
    if (!this.started) return this.#giveUp("the end of a message that never began");
    if (this.#concluded) {
      this.ended = true;
      return event;
    }
    // An event that could not be read may have been the one that tells why the answer ended.
    if (this.#lostLines) return this.#giveUp("no stop reason");
    const closed = this.#closeOpen();
    this.stopReason = this.#usesTools ? "tool_use" : "end_turn";
    this.mends.add("stopReason");
    this.ended = true;
    const delta = { stop_reason: this.stopReason, stop_sequence: null };
    const { output_tokens } = this.usage;
    return closed + write("message_delta", { type: "message_delta", delta, usage: { output_tokens } }) + String(event);
  }

  /** An event that is not JSON, which clients fall over. In text a word is lost; anything else must be whole. */
  #leaveOut({ event, data }: { event: string; data: string }): string {
    if (data.trim() === "[DONE]") return "";
    this.#lostLines = true;
    this.mends.add("badLine");
    const mustBeWhole = this.#open !== undefined && this.#open.type !== "text";
    if (++this.#badInARow >= MOST_BAD_LINES || mustBeWhole) return this.#giveUp("events that are not JSON");
    return event === "message_start" ? this.#giveUp("a message_start that is not JSON") : "";
  }

  #closeOpen(): string {
    if (!this.#open) return "";
    const { index } = this.#open;
    this.#open = undefined;
    return this.#mended("blockEnd", write("content_block_stop", { type: "content_block_stop", index }));
  }

  #mended(mend: Mend, bytes: string): string {
    this.mends.add(mend);
    return bytes;
  }

  #giveUp(fault: string): string {
    this.fault ??= fault;
    return "";
  }
}

/** First byte of a BOM, which belongs at the beginning of the client's stream only. */
const BOM = 0xef;

const EMPTY_MESSAGE = {
  type: "message",
  role: "assistant",
  content: [],
  stop_reason: null,
  stop_sequence: null,
} as const;

/** Where each delta has its words. */
const FIELD_OF: Readonly<Record<string, string>> = {
  text_delta: "text",
  thinking_delta: "thinking",
  signature_delta: "signature",
  input_json_delta: "partial_json",
};

function hasCounts(usage: unknown): boolean {
  return isObject(usage) && typeof usage.input_tokens === "number" && typeof usage.output_tokens === "number";
}

function isComment(event: Buffer): boolean {
  return event[0] === 0x3a || event[0] === 0x0a || event[0] === 0x0d;
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null;
}

function parse(data: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(data);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined; // the caller counts it
  }
}

function write(name: string, body: Json): string {
  return `event: ${name}\ndata: ${JSON.stringify(body)}\n\n`;
}
