import { bodyKind } from "../shared/body-kind.ts";
import type { TranslationContext, WholeAnswer } from "../wire.ts";
import { callIds, withCallIds } from "./call-ids.ts";
import { readMessage } from "./message.ts";
import { messageOfEvents } from "./message-of-events.ts";
import { AnthropicPassthrough } from "./stream.ts";

/** A whole answer. Events where one document should be are read to their end: some hosts only stream. */
export function readAnswer(body: Buffer, context: TranslationContext): WholeAnswer {
  return withCallIds(readWhole(body, context), callIds(context));
}

function readWhole(body: Buffer, { target }: TranslationContext): WholeAnswer {
  if (bodyKind(body) !== "events") return readMessage(body, target);
  const stream = new AnthropicPassthrough(target);
  const told = Buffer.concat([stream.push(body), stream.end()]);
  const { failure, usage } = stream;
  if (failure) return { ok: false, failure, usage };
  const message = messageOfEvents(told);
  return readMessage(Buffer.from(JSON.stringify(message ?? null)), target);
}
