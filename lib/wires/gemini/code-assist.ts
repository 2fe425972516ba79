import { randomUUID } from "node:crypto";
import { enclosed } from "../shared/json-body.ts";
import type { Wire } from "../wire.ts";
import { GEMINI_API, type GeminiHost, streamQuery } from "./host.ts";

/**
 * Gemini's protocol at Google's Code Assist, which those with a licence sign in to: another address, and an envelope around
 * requests and answers.
 */
export const CODE_ASSIST: GeminiHost = {
  ...GEMINI_API,
  url: ({ baseUrl }, method) => `${baseUrl}/v1internal:${method}${streamQuery(method)}`,
};

/** @param inner the wire that fills the envelope; it reads answers with and without one */
export function inEnvelope(inner: Wire): Wire {
  return {
    ...inner,
    request(inbound, target) {
      const request = inner.request(inbound, target);
      const outside = { model: target.model, project: target.project, user_prompt_id: randomUUID() };
      return { ...request, body: enclosed(`${JSON.stringify(outside).slice(0, -1)},"request":`, request.body) };
    },
  };
}
