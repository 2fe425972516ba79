import type { Json, WireName } from "./wire.ts";

const MODELS = ["simulated-large", "simulated-small"] as const;

/** The list of models: Anthropic's and OpenAI's share a path, so one list reads as both. */
export function modelList(wire: WireName, now: number): Json {
  if (wire === "gemini")
    return {
      models: MODELS.map((id) => ({
        name: `models/${id}`,
        displayName: id,
        supportedGenerationMethods: ["generateContent", "countTokens"],
      })),
    };
  return {
    object: "list",
    data: MODELS.map((id) => ({
      id,
      type: "model",
      object: "model",
      display_name: id,
      created: Math.floor(now / 1000),
      created_at: new Date(now).toISOString(),
      owned_by: "simulator",
    })),
    has_more: false,
    first_id: MODELS[0],
    last_id: MODELS[1],
  };
}
