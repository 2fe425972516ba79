import { MessageBuilder } from "../shared/message-builder.ts";
import type { TranslationContext, WholeAnswer } from "../wire.ts";
import { ResponseAssembler } from "./assembler.ts";
import type { ResponseObject } from "./events.ts";

/** A whole response as a message. */
export function readAnswer(body: Buffer, context: TranslationContext): WholeAnswer {
  let response: ResponseObject;
  try {
    response = JSON.parse(body.toString("utf8")) as ResponseObject;
  } catch {
    const isEmpty = body.toString("utf8").trim() === "";
    const message = isEmpty ? "an empty body" : "the answer is not valid JSON; it may have been cut off";
    return { ok: false, failure: { reason: isEmpty ? "empty_answer" : "truncated", message } };
  }
  const builder = new MessageBuilder({ id: context.messageId, model: context.target.model });
  const assembler = new ResponseAssembler(context, () => builder);
  assembler.addWhole(response);
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
