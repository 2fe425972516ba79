import type { Usage } from "../../anthropic/types.ts";
import type { ServerEvent } from "./sse.ts";

/** One block of an answer as it grows. */
export interface AnswerBlock {
  kind: "text" | "thinking" | "tool" | "other";
  /** Of tools their name, of other blocks their type. */
  name: string;
  /** Text, thinking, a tool's input as JSON, or for other blocks what they hold. */
  text: string;
}

/** What has come of an answer so far. */
export interface Answer {
  blocks: readonly AnswerBlock[];
  usage: Partial<Usage>;
  model: string;
  stopReason: string | undefined;
  /** The stream's own error event: the answer is not whole. */
  error: string | undefined;
  /** message_stop was seen. */
  whole: boolean;
}

export const NO_ANSWER: Answer = {
  blocks: [],
  usage: {},
  model: "",
  stopReason: undefined,
  error: undefined,
  whole: false,
};

/** The events of Anthropic's stream that matter here; anything may be missing, since a server can say anything. */
interface StreamData {
  index?: number;
  message?: { model?: string; usage?: Partial<Usage> };
  content_block?: { type?: string; name?: string; text?: string; thinking?: string; content?: unknown };
  delta?: { type?: string; text?: string; thinking?: string; partial_json?: string; stop_reason?: string | null };
  usage?: Partial<Usage>;
  error?: { type?: string; message?: string };
}

/** Adds one event to an answer. Events that it does not know change nothing. */
export function addEvent(answer: Answer, { event, data }: ServerEvent): Answer {
  const parsed = JSON.parse(data) as StreamData;
  switch (event) {
    case "message_start":
      return { ...answer, model: parsed.message?.model ?? "", usage: { ...parsed.message?.usage } };
    case "content_block_start":
      return { ...answer, blocks: placed(answer.blocks, parsed.index, newBlock(parsed.content_block)) };
    case "content_block_delta":
      return { ...answer, blocks: grown(answer.blocks, parsed.index, deltaText(parsed.delta)) };
    case "message_delta": {
      const stopReason = parsed.delta?.stop_reason ?? answer.stopReason;
      return { ...answer, stopReason, usage: { ...answer.usage, ...parsed.usage } };
    }
    case "message_stop":
      return { ...answer, whole: true };
    case "error":
      return { ...answer, error: parsed.error?.message ?? parsed.error?.type ?? "The stream ended with an error." };
    default:
      return answer;
  }
}

/** An answer that was not streamed. */
export function wholeAnswer(json: string): Answer {
  const message = JSON.parse(json) as {
    model?: string;
    stop_reason?: string | null;
    usage?: Partial<Usage>;
    content?: (NonNullable<StreamData["content_block"]> & { input?: unknown })[];
  };
  return {
    ...NO_ANSWER,
    blocks: (message.content ?? []).map((block) => {
      const shown = newBlock(block);
      return block.input === undefined ? shown : { ...shown, text: JSON.stringify(block.input) };
    }),
    usage: message.usage ?? {},
    model: message.model ?? "",
    stopReason: message.stop_reason ?? undefined,
    whole: true,
  };
}

function newBlock(block: StreamData["content_block"]): AnswerBlock {
  const type = block?.type ?? "unknown";
  switch (type) {
    case "text":
      return { kind: "text", name: "", text: block?.text ?? "" };
    case "thinking":
      return { kind: "thinking", name: "", text: block?.thinking ?? "" };
    case "tool_use":
    case "server_tool_use":
      return { kind: "tool", name: block?.name ?? type, text: "" };
    default:
      return {
        kind: "other",
        name: type,
        text: block?.content === undefined ? "" : JSON.stringify(block.content, null, 2),
      };
  }
}

function deltaText(delta: StreamData["delta"]): string {
  return delta?.text ?? delta?.thinking ?? delta?.partial_json ?? "";
}

function placed(blocks: readonly AnswerBlock[], index: number | undefined, block: AnswerBlock): AnswerBlock[] {
  const next = [...blocks];
  next[index ?? blocks.length] = block;
  return next;
}

function grown(blocks: readonly AnswerBlock[], index: number | undefined, text: string): readonly AnswerBlock[] {
  const at = index ?? blocks.length - 1;
  return text === "" ? blocks : blocks.map((block, i) => (i === at ? { ...block, text: block.text + text } : block));
}
