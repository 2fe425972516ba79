import { SseReader } from "../../anthropic/sse/reader.ts";
import type { TranslationContext, WholeAnswer } from "../wire.ts";
import type { Assembler, MakeAssembler } from "./assembler.ts";
import { bodyKind } from "./body-kind.ts";
import { MessageBuilder } from "./message-builder.ts";

/** A whole answer as a message. Events where one document should be are read to their end: some hosts only stream. */
export function assembledAnswer(body: Buffer, context: TranslationContext, make: MakeAssembler): WholeAnswer {
  const text = body.toString("utf8");
  const builder = new MessageBuilder({ id: context.messageId, model: context.target.model });
  const assembler = make(() => builder);
  try {
    if (bodyKind(body) === "events") readEvents(body, assembler);
    else {
      assembler.add(JSON.parse(text), "");
      assembler.end(true);
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const isEmpty = text.trim() === "";
    const message = isEmpty ? "an empty body" : "the answer is not valid JSON; it may have been cut off";
    return { ok: false, failure: { reason: isEmpty ? "empty_answer" : "truncated", message } };
  }
  const { failure, usage, stopReason, servedModel } = assembler;
  if (failure) return { ok: false, failure, usage };
  return {
    ok: true,
    body: Buffer.from(JSON.stringify(builder.message(servedModel))),
    usage,
    stopReason,
    ...(servedModel !== undefined && { servedModel }),
  };
}

/** @throws {SyntaxError} for an event that is not JSON */
function readEvents(body: Buffer, assembler: Assembler): void {
  const reader = new SseReader();
  for (const { event, data } of [...reader.push(body), ...reader.end()]) {
    if (data.trimEnd() === "[DONE]") assembler.end(true);
    else if (event !== "ping" && data !== "") assembler.add(JSON.parse(data), event);
  }
  assembler.end(false);
}
