/**
 * OpenAI's Chat Completions, the protocol that most vendors speak.
 * @module
 */
import { assembledAnswer } from "../shared/assembled-answer.ts";
import { AssembledStream } from "../shared/assembled-stream.ts";
import type { MakeAssembler } from "../shared/assembler.ts";
import { localAnswer } from "../shared/local-answer.ts";
import type { TranslationContext, Wire } from "../wire.ts";
import { ChatAssembler } from "./assembler.ts";
import { chatRequest } from "./request.ts";
import { chatTools } from "./tools.ts";
import { canSearch } from "./web-search.ts";

export const openaiChat: Wire = {
  id: "openai-chat",
  request: chatRequest,
  localAnswer: (context) => localAnswer(context, { tools: chatTools, canSearch }),
  stream: (context) => new AssembledStream(context, assemblerFor(context)),
  answer: (body, context) => assembledAnswer(body, context, assemblerFor(context)),
};

function assemblerFor(context: TranslationContext): MakeAssembler {
  return (sink) => new ChatAssembler(context, sink);
}
