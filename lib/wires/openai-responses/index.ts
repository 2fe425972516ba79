/**
 * OpenAI's Responses API.
 * @module
 */
import type { Wire } from "../wire.ts";
import { readAnswer } from "./answer.ts";
import { countRequest, responsesRequest } from "./request.ts";
import { ResponsesStream } from "./stream.ts";

export const openaiResponses: Wire = {
  id: "openai-responses",
  request: responsesRequest,
  stream: (context) => new ResponsesStream(context),
  answer: readAnswer,
  countTokens: {
    request: countRequest,
    read(body) {
      const count = (JSON.parse(body.toString("utf8")) as { input_tokens?: unknown }).input_tokens;
      return typeof count === "number" ? count : undefined;
    },
  },
};
