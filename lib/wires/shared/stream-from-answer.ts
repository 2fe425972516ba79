import { MessageWriter } from "../../anthropic/sse/writer.ts";
import type { Block, MessageAnswer, Usage } from "../../anthropic/types.ts";
import { NO_USAGE } from "../../anthropic/usage.ts";

/**
 * A whole answer as the stream that the client asked for.
 * @param body a message of Anthropic's shape, as JSON
 * @throws {SyntaxError} when the body is not JSON; wires hand over what they have read themselves
 */
export function streamFromAnswer(body: Buffer): string {
  const message = JSON.parse(body.toString("utf8")) as MessageAnswer;
  const usage: Usage = { ...NO_USAGE, ...message.usage };
  const writer = new MessageWriter({ id: message.id, model: message.model });
  return (
    writer.start({ ...usage, output_tokens: Math.min(1, usage.output_tokens) }) +
    message.content.map((block) => writeBlock(writer, block)).join("") +
    writer.finish({
      stopReason: message.stop_reason ?? "end_turn",
      stopSequence: message.stop_sequence,
      usage,
      ...(message.stop_details != null && { stopDetails: message.stop_details }),
    })
  );
}

function writeBlock(writer: MessageWriter, block: Block): string {
  switch (block.type) {
    case "text": {
      const citations = Array.isArray(block.citations) ? block.citations : [];
      return writer.close() + citations.map((c) => writer.citation(c)).join("") + writer.text(String(block.text));
    }
    case "thinking": {
      const written = writer.close() + writer.thinking(String(block.thinking));
      if (typeof block.signature === "string") writer.sign(block.signature);
      return written;
    }
    case "tool_use":
    case "server_tool_use": {
      const open = block.type === "tool_use" ? "tool" : "serverTool";
      return writer[open](String(block.id), String(block.name)) + writer.toolInput(JSON.stringify(block.input ?? {}));
    }
    default:
      return writer.whole(block);
  }
}
