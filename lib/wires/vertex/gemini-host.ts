import { bareModel } from "../gemini/generation.ts";
import { type GeminiHost, streamQuery } from "../gemini/host.ts";
import { jsonBody } from "../shared/json-body.ts";
import { modelUrl } from "./address.ts";

/**
 * Gemini's protocol on Vertex AI.
 * @see https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference
 */
export const VERTEX_AI: GeminiHost = {
  url: (target, method) => `${modelUrl(target, "google", bareModel(target.model), method)}${streamQuery(method)}`,
  countBody: (_target, fields, tools) => jsonBody(fields, tools),
  callIds: false,
  excludesDomains: true,
  showsServerTools: false,
};
