import type { Finish } from "../../anthropic/sse/writer.ts";
import type { Block, MessageAnswer, StopReason, Usage } from "../../anthropic/types.ts";
import { NO_USAGE } from "../../anthropic/usage.ts";
import type { AnswerSink } from "./answer-sink.ts";

/** Collects an answer as one whole message. */
export class MessageBuilder implements AnswerSink {
  readonly #id: string;
  readonly #model: string;
  readonly #content: Block[] = [];
  #json = "";
  #end: Finish | undefined;
  open: AnswerSink["open"];

  constructor(options: { id: string; model: string }) {
    this.#id = options.id;
    this.#model = options.model;
  }

  get blocks(): number {
    return this.#content.length;
  }

  /** @param model who has answered, where that is known only now */
  message(model = this.#model): MessageAnswer {
    return {
      id: this.#id,
      type: "message",
      role: "assistant",
      model,
      content: this.#content,
      stop_reason: (this.#end?.stopReason ?? null) as StopReason | null,
      stop_sequence: this.#end?.stopSequence ?? null,
      ...(this.#end?.stopDetails !== undefined && { stop_details: this.#end.stopDetails }),
      usage: this.#end?.usage ?? { ...NO_USAGE },
    };
  }

  start(_usage: Usage): string {
    return "";
  }

  text(delta: string): string {
    if (delta !== "") this.#append(this.#into("text", { type: "text", text: "" }), "text", delta);
    return "";
  }

  thinking(delta: string): string {
    this.#append(this.#into("thinking", { type: "thinking", thinking: "", signature: "" }), "thinking", delta);
    return "";
  }

  sign(signature: string): void {
    const last = this.#content.at(-1);
    if (this.open === "thinking" && last) last.signature = signature;
  }

  tool(id: string, name: string): string {
    this.close();
    this.#begin("tool_use", { type: "tool_use", id, name, input: {} });
    return "";
  }

  serverTool(id: string, name: string): string {
    this.close();
    this.#begin("server_tool_use", { type: "server_tool_use", id, name, input: {} });
    return "";
  }

  toolInput(partialJson: string): string {
    this.#json += partialJson;
    return "";
  }

  citation(citation: unknown): string {
    const block = this.#into("text", { type: "text", text: "" });
    block.citations = [...(Array.isArray(block.citations) ? block.citations : []), citation];
    return "";
  }

  whole(block: Block): string {
    this.close();
    this.#content.push(block);
    return "";
  }

  close(): string {
    const last = this.#content.at(-1);
    if (last && (this.open === "tool_use" || this.open === "server_tool_use")) last.input = readInput(this.#json);
    this.#json = "";
    this.open = undefined;
    return "";
  }

  discard(): void {
    if (this.open) this.#content.pop();
    this.#json = "";
    this.open = undefined;
  }

  finish(end: Finish): string {
    this.close();
    this.#end = end;
    return "";
  }

  #into(kind: "text" | "thinking", fresh: Block): Block {
    const last = this.#content.at(-1);
    if (this.open === kind && last) return last;
    this.close();
    return this.#begin(kind, fresh);
  }

  #begin(kind: NonNullable<AnswerSink["open"]>, block: Block): Block {
    this.open = kind;
    this.#content.push(block);
    return block;
  }

  #append(block: Block, key: string, delta: string): void {
    block[key] = `${String(block[key])}${delta}`;
  }
}

/**
 * Arguments that are no JSON object go to the client under a key that no tool has: it then reports the error to the
 * model, as it does with broken arguments in a stream, instead of running the tool without any.
 */
function readInput(json: string): unknown {
  if (json === "") return {};
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  } catch {
    // falls through: the same answer as for JSON that is no object
  }
  return { invalid_json_arguments: json };
}
