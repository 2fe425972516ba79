/**
 * Google's Vertex AI: which protocol is spoken depends on whose model is asked.
 * @module
 */
import { geminiWire } from "../gemini/wire.ts";
import { openaiChat } from "../openai-chat/index.ts";
import { CannotCarry, type Target, type Wire } from "../wire.ts";
import { projectUrl } from "./address.ts";
import { claude } from "./claude.ts";
import { VERTEX_AI } from "./gemini-host.ts";

const gemini = geminiWire("vertex", VERTEX_AI);

/**
 * Llama and other open models, and partners': Chat Completions under one address for all.
 * @see https://cloud.google.com/vertex-ai/generative-ai/docs/migrate/openai/overview
 */
const openModels: Wire = {
  ...openaiChat,
  request: (inbound, target) =>
    openaiChat.request(inbound, { ...target, baseUrl: `${projectUrl(target)}/endpoints/openapi` }),
};

/** First match wins. Other models go by `publisher/model`, and a name alone is one of Google's. */
const PROTOCOLS: readonly { models: RegExp; wire: Wire }[] = [
  { models: /^(?:anthropic\/)?claude-/, wire: claude },
  { models: /^(?:google\/)?gemini-|^[^/]+$/, wire: gemini },
];

function wireFor({ model }: Target): Wire {
  return PROTOCOLS.find(({ models }) => models.test(model))?.wire ?? openModels;
}

export const vertex: Wire = {
  id: "vertex",
  request: (inbound, target) => wireFor(target).request(inbound, target),
  localAnswer: (context) => wireFor(context.target).localAnswer?.(context),
  stream: (context) => wireFor(context.target).stream(context),
  answer: (body, context) => wireFor(context.target).answer(body, context),
  countTokens: {
    request(inbound, target) {
      const { countTokens } = wireFor(target);
      if (!countTokens) throw new CannotCarry(`Vertex AI counts no tokens for ${target.model}`);
      return countTokens.request(inbound, target);
    },
    read: (body) => gemini.countTokens.read(body) ?? claude.countTokens?.read(body),
  },
};
