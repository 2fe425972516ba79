import type { MessageWriter } from "../../anthropic/sse/writer.ts";

/**
 * Where a translator puts an answer, piece by piece: `MessageWriter` makes events of it, `MessageBuilder` one message.
 * What a method returns is text for the client, nothing in the case of a message.
 */
export interface AnswerSink
  extends Pick<
    MessageWriter,
    | "open"
    | "blocks"
    | "start"
    | "text"
    | "thinking"
    | "sign"
    | "tool"
    | "serverTool"
    | "toolInput"
    | "citation"
    | "whole"
    | "close"
    | "finish"
  > {
  /** Takes the open block back, where nobody has seen it yet. */
  discard?(): void;
}
