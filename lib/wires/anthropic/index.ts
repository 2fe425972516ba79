/**
 * Anthropic's own protocol, for Anthropic and for the vendors that serve it. Nothing is translated: bytes go through.
 * @module
 */
import { localAnswer } from "../shared/local-answer.ts";
import type { Wire } from "../wire.ts";
import { readAnswer } from "./answer.ts";
import { callIds } from "./call-ids.ts";
import { countRequest, messagesRequest, passes } from "./request.ts";
import { canSearch } from "./search-tool.ts";
import { AnthropicPassthrough } from "./stream.ts";
import { thirdPartyTools } from "./third-party.ts";

export const anthropic: Wire = {
  id: "anthropic",
  request: messagesRequest,
  localAnswer: (context) =>
    passes(context.target) ? undefined : localAnswer(context, { tools: thirdPartyTools, canSearch }),
  stream: (context) => new AnthropicPassthrough(context.target, callIds(context)),
  answer: readAnswer,
  countTokens: {
    request: countRequest,
    read(body) {
      const count = (JSON.parse(body.toString("utf8")) as { input_tokens?: unknown }).input_tokens;
      return typeof count === "number" ? count : undefined;
    },
  },
};
