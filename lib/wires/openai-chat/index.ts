/**
 * OpenAI's Chat Completions, the protocol that most vendors speak.
 * @module
 */
import type { Wire } from "../wire.ts";
import { readAnswer } from "./answer.ts";
import { localAnswer } from "./local-answer.ts";
import { chatRequest } from "./request.ts";
import { ChatStream } from "./stream.ts";

export const openaiChat: Wire = {
  id: "openai-chat",
  request: chatRequest,
  localAnswer,
  stream: (context) => new ChatStream(context),
  answer: readAnswer,
};
