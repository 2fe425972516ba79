/** The upstream protocols we speak; each is one folder in `lib/wires/`. */
export const WIRE_IDS = ["anthropic", "openai-chat", "openai-responses", "gemini", "vertex"] as const;

export type WireId = (typeof WIRE_IDS)[number];
