import type { ProviderType } from "../types.ts";

export const gemini: ProviderType = {
  id: "gemini",
  label: "Gemini",
  aliases: ["google", "google-gemini"],
  group: "Google AI",
  wire: "gemini",
  baseUrls: {
    gemini: "https://generativelanguage.googleapis.com/v1beta",
    "openai-chat": "https://generativelanguage.googleapis.com/v1beta/openai",
  },
  auth: "x-goog-api-key",
  authTypes: ["api_key", "oauth"],
  keyVariable: "GEMINI_API_KEY",
  otherKeyVariables: ["GOOGLE_API_KEY", "GOOGLE_GENERATIVE_AI_API_KEY"],
  keyPrefix: "AIza",
  keyUrl: "https://aistudio.google.com/apikey",
  modelList: "/models",
  countTokens: true,
  serves: ["gemini-", "gemma-"],
  standIns: { opus: "gemini-4-argon", sonnet: "gemini-3.8-flash", haiku: "gemini-3.5-flash-lite" },
  docs: "https://ai.google.dev/gemini-api/docs",
  note: 'Login (auth_type = "oauth") works for Code Assist Standard and Enterprise licences only: since June 2026 Google refuses personal accounts.',
};
