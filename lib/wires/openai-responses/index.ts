/**
 * OpenAI's Responses API.
 * @module
 */
import { assembledAnswer } from "../shared/assembled-answer.ts";
import { AssembledStream } from "../shared/assembled-stream.ts";
import type { MakeAssembler } from "../shared/assembler.ts";
import { localAnswer } from "../shared/local-answer.ts";
import type { TranslationContext, Wire } from "../wire.ts";
import { ResponseAssembler } from "./assembler.ts";
import { countRequest, responsesRequest } from "./request.ts";
import { canSearch, responseTools } from "./tools.ts";

export const openaiResponses: Wire = {
  id: "openai-responses",
  request: responsesRequest,
  localAnswer: (context) => localAnswer(context, { tools: responseTools, canSearch }),
  stream: (context) => new AssembledStream(context, assemblerFor(context)),
  answer: (body, context) => assembledAnswer(body, context, assemblerFor(context)),
  countTokens: {
    request: countRequest,
    read(body) {
      const count = (JSON.parse(body.toString("utf8")) as { input_tokens?: unknown }).input_tokens;
      return typeof count === "number" ? count : undefined;
    },
  },
};

function assemblerFor(context: TranslationContext): MakeAssembler {
  return (sink) => new ResponseAssembler(context, sink);
}
