/**
 * OpenAI's Chat Completions, the protocol that most vendors speak.
 * @module
 */
import { localAnswer } from "../shared/local-answer.ts";
import type { Wire } from "../wire.ts";
import { readAnswer } from "./answer.ts";
import { chatRequest } from "./request.ts";
import { ChatStream } from "./stream.ts";
import { chatTools } from "./tools.ts";
import { canSearch } from "./web-search.ts";

export const openaiChat: Wire = {
  id: "openai-chat",
  request: chatRequest,
  localAnswer: (context) => localAnswer(context, { tools: chatTools, canSearch }),
  stream: (context) => new ChatStream(context),
  answer: readAnswer,
};
