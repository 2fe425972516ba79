/**
 * Anthropic's own protocol, for Anthropic and for the vendors that serve it. Nothing is translated: bytes go through.
 * @module
 */
import { claudeTraits } from "../../catalog/claude-traits.ts";
import { localAnswer } from "../shared/local-answer.ts";
import type { Wire } from "../wire.ts";
import { readAnswer } from "./answer.ts";
import { countRequest, messagesRequest, passes } from "./request.ts";
import { AnthropicPassthrough } from "./stream.ts";
import { thirdPartyTools } from "./third-party.ts";

export const anthropic: Wire = {
  id: "anthropic",
  request: messagesRequest,
  localAnswer(context) {
    if (passes(context.target)) return undefined;
    // Hosts of Claude search as Anthropic does.
    const canSearch = () => claudeTraits(context.target.model) !== undefined;
    return localAnswer(context, { tools: thirdPartyTools, canSearch });
  },
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
