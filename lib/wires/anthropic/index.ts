/**
 * Anthropic's own protocol, for Anthropic and for the vendors that serve it. Nothing is translated: bytes go through.
 * @module
 */
import type { Wire } from "../wire.ts";
import { readAnswer } from "./answer.ts";
import { countRequest, messagesRequest } from "./request.ts";
import { AnthropicPassthrough } from "./stream.ts";

export const anthropic: Wire = {
  id: "anthropic",
  request: messagesRequest,
  stream: ({ target }) => new AnthropicPassthrough(target),
  answer: readAnswer,
  countTokens: {
    request: countRequest,
    read(body) {
      const count = (JSON.parse(body.toString("utf8")) as { input_tokens?: unknown }).input_tokens;
      return typeof count === "number" ? count : undefined;
    },
  },
};
