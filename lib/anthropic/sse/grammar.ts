import { DELTAS_OF, EMPTY_FIELDS, NEEDED_FIELDS } from "./block-kinds.ts";
import { SseReader } from "./reader.ts";

interface Checked {
  type?: string;
  index?: number;
  message?: Record<string, unknown>;
  content_block?: Record<string, unknown> & { type?: string };
  delta?: Record<string, unknown> & { type?: string };
  usage?: Record<string, unknown>;
  error?: { type?: unknown; message?: unknown };
}

/**
 * The strict grammar of Anthropic's stream as an automaton, stricter than any client: every fault is one that some
 * client of the protocol stumbles over.
 */
export class GrammarChecker {
  readonly faults: string[] = [];
  #state: "idle" | "open" | "delta-sent" | "stopped" | "failed" = "idle";
  #block: { index: number; type: string; json: string; signatures: number } | undefined;
  #next = 0;

  /** `done`: message_stop was seen. `failed`: an error event ended it. */
  get state(): "running" | "done" | "failed" {
    return this.#state === "stopped" ? "done" : this.#state === "failed" ? "failed" : "running";
  }

  event(name: string, data: string): void {
    if (this.#state === "stopped" || this.#state === "failed")
      return this.#fault(`${name || "an event"} after the end`);
    if (name === "") return this.#fault("an event without a name is ignored by clients");
    let body: Checked;
    try {
      body = JSON.parse(data) as Checked;
    } catch {
      return this.#fault(`${name}: data is not JSON`);
    }
    if (body.type !== name) this.#fault(`${name}: type in the data is ${String(body.type)}`);
    const check = this.#checks[name];
    if (check) check(body);
  }

  /** The stream ended. */
  end(): string[] {
    if (this.#state !== "stopped" && this.#state !== "failed")
      this.#fault("the stream ended without message_stop or error");
    return this.faults;
  }

  readonly #checks: Readonly<Record<string, (body: Checked) => void>> = {
    ping: () => undefined,
    message_start: (body) => {
      if (this.#state !== "idle") this.#fault("a second message_start");
      this.#state = "open";
      const message = body.message ?? {};
      for (const key of ["id", "type", "role", "model", "content", "stop_reason", "stop_sequence", "usage"])
        if (!(key in message)) this.#fault(`message_start: message.${key} is missing`);
      if (!/^msg_[A-Za-z0-9_]+$/.test(String(message.id))) this.#fault(`message_start: id ${String(message.id)}`);
      this.#usage("message_start", message.usage as Record<string, unknown> | undefined, [
        "input_tokens",
        "output_tokens",
      ]);
    },
    content_block_start: (body) => {
      if (this.#state !== "open") this.#fault("content_block_start outside of the message");
      if (this.#block) this.#fault("content_block_start while a block is open");
      if (body.index !== this.#next) this.#fault(`content_block_start: index ${body.index}, expected ${this.#next}`);
      const type = String(body.content_block?.type);
      for (const field of [...(NEEDED_FIELDS[type] ?? []), ...Object.keys(EMPTY_FIELDS[type] ?? {})])
        if (body.content_block?.[field] === undefined) this.#fault(`content_block_start: ${type} without ${field}`);
      if (type === "tool_use" && !/^[a-zA-Z0-9_-]+$/.test(String(body.content_block?.id)))
        this.#fault(`content_block_start: tool id ${String(body.content_block?.id)}`);
      this.#block = { index: this.#next++, type, json: "", signatures: 0 };
    },
    content_block_delta: (body) => {
      const block = this.#block;
      if (!block || body.index !== block.index)
        return this.#fault(`content_block_delta for block ${body.index}, which is not open`);
      const type = String(body.delta?.type);
      const allowed = DELTAS_OF[block.type];
      if (!allowed?.includes(type)) this.#fault(`content_block_delta: ${type} in a ${block.type} block`);
      if (block.signatures > 0) this.#fault("content_block_delta after the signature");
      if (type === "signature_delta") block.signatures++;
      if (type === "input_json_delta") block.json += String(body.delta?.partial_json);
    },
    content_block_stop: (body) => {
      const block = this.#block;
      if (!block || body.index !== block.index)
        return this.#fault(`content_block_stop for block ${body.index}, which is not open`);
      if (block.json !== "" && !isObject(block.json))
        this.#fault(`the input of block ${block.index} is no JSON object`);
      this.#block = undefined;
    },
    message_delta: (body) => {
      if (this.#state !== "open") this.#fault("message_delta out of place");
      if (this.#block) this.#fault("message_delta while a block is open");
      if (typeof body.delta?.stop_reason !== "string") this.#fault("message_delta: stop_reason is not set");
      if (!("stop_sequence" in (body.delta ?? {}))) this.#fault("message_delta: stop_sequence is missing");
      this.#usage("message_delta", body.usage, ["output_tokens"]);
      this.#state = "delta-sent";
    },
    message_stop: () => {
      if (this.#state !== "delta-sent") this.#fault("message_stop without message_delta");
      this.#state = "stopped";
    },
    error: (body) => {
      if (typeof body.error?.type !== "string" || typeof body.error.message !== "string")
        this.#fault("error: type or message is missing");
      this.#state = "failed";
    },
  };

  #usage(where: string, usage: Record<string, unknown> | undefined, keys: readonly string[]): void {
    for (const key of keys) {
      const value = usage?.[key];
      if (typeof value !== "number" || value < 0 || !Number.isInteger(value))
        this.#fault(`${where}: usage.${key} is ${String(value)}`);
    }
  }

  #fault(text: string): void {
    this.faults.push(text);
  }
}

/** Checks a whole stream. @returns the faults, none for a perfect one */
export function checkStream(bytes: Buffer | string): string[] {
  const checker = new GrammarChecker();
  const reader = new SseReader();
  const buffer = typeof bytes === "string" ? Buffer.from(bytes) : bytes;
  for (const { event, data } of reader.push(buffer)) checker.event(event, data);
  const rest = reader.end();
  if (rest.length > 0) checker.faults.push("the last event is not closed by a blank line");
  return checker.end();
}

function isObject(json: string): boolean {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
