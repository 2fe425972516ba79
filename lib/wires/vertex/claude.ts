import type { InboundRequest } from "../../anthropic/request.ts";
import type { Block } from "../../anthropic/types.ts";
import { anthropic } from "../anthropic/index.ts";
import { ownBody, requestHeaders } from "../anthropic/request.ts";
import { bareModel } from "../gemini/generation.ts";
import { besideMessages, bodyOf } from "../shared/body.ts";
import { extraFields } from "../shared/extras.ts";
import { bytesOf } from "../shared/json-body.ts";
import { quirksOf } from "../shared/quirks.ts";
import { structuredOutput } from "../shared/structured-output.ts";
import { refuseUnportable } from "../shared/unportable.ts";
import { CannotCarry, type Target, type UpstreamRequest, type Wire } from "../wire.ts";
import { modelUrl } from "./address.ts";
import { claudeBody } from "./claude-body.ts";

/** A model of this name counts for all others, and is told in the body which of them is meant. */
const COUNTER = "count-tokens";

/**
 * Claude on Vertex AI: Anthropic's protocol, with the model in the address and the version in the body.
 * @see https://platform.claude.com/docs/en/build-with-claude/claude-on-vertex-ai
 */
export const claude: Wire = {
  id: "vertex",
  request(inbound, target) {
    const model = bareModel(target.model);
    const url = modelUrl(target, "anthropic", model, inbound.facts.stream ? "streamRawPredict" : "rawPredict");
    return predict(inbound, { ...target, model }, url, ["model"]);
  },
  stream: anthropic.stream,
  answer: anthropic.answer,
  countTokens: {
    request(inbound, target) {
      const url = modelUrl(target, "anthropic", COUNTER, "rawPredict");
      return predict(inbound, { ...target, model: bareModel(target.model) }, url, ["max_tokens", "stream"]);
    },
    read(body) {
      const count = (JSON.parse(body.toString("utf8")) as { input_tokens?: unknown }).input_tokens;
      return typeof count === "number" ? count : undefined;
    },
  },
};

/** @param without fields that have no place in this kind of request */
function predict(inbound: InboundRequest, target: Target, url: string, without: readonly string[]): UpstreamRequest {
  const fields = besideMessages(inbound);
  refuseUnportable(fields);
  extraFields(inbound.extras, target, {});
  const { hasImage, hasDocument } = inbound.facts;
  if ((hasImage || hasDocument) && bodyOf(inbound).messages.some(({ content }) => hasUrl(content)))
    throw new CannotCarry("source.url: Claude on Vertex AI takes no images or documents by URL");
  const quirks = quirksOf(target.type, target.model);
  const { "anthropic-version": _isInBody, ...others } = requestHeaders(inbound, target);
  return {
    method: "POST",
    url,
    headers: others,
    body: claudeBody(bytesOf(ownBody(inbound, target)), {
      without: [...without, ...(quirks.forbiddenFields ?? [])],
      instruction: structuredOutput(fields, quirks).instruction,
    }),
  };
}

/** Does any block, also of a tool's result, have a source that would have to be fetched? */
function hasUrl(content: unknown): boolean {
  if (!Array.isArray(content)) return false;
  return content.some((block: Block | null) => {
    const source = block?.source as { type?: unknown; content?: unknown } | null | undefined;
    return source?.type === "url" || hasUrl(block?.content) || hasUrl(source?.content);
  });
}
