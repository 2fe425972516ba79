import { MessageBuilder } from "../shared/message-builder.ts";
import type { TranslationContext, WholeAnswer } from "../wire.ts";
import { ChatAssembler } from "./assembler.ts";

/** A whole completion as a message. */
export function readAnswer(body: Buffer, context: TranslationContext): WholeAnswer {
  let completion: unknown;
  try {
    completion = JSON.parse(body.toString("utf8"));
  } catch {
    const isEmpty = body.toString("utf8").trim() === "";
    const message = isEmpty ? "an empty body" : "the answer is not valid JSON; it may have been cut off";
    return { ok: false, failure: { reason: isEmpty ? "empty_answer" : "truncated", message } };
  }
  const builder = new MessageBuilder({ id: context.messageId, model: context.target.model });
  const assembler = new ChatAssembler(context, () => builder);
  assembler.add(completion);
  assembler.end(true);
  const { failure, usage, stopReason, servedModel } = assembler;
  if (failure) return { ok: false, failure };
  return {
    ok: true,
    body: Buffer.from(JSON.stringify(builder.message(servedModel))),
    usage,
    stopReason,
    ...(servedModel !== undefined && { servedModel }),
  };
}
