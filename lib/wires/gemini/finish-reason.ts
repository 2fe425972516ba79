/**
 * What a `finishReason` means: a stop reason of Anthropic's, or `failed` where the answer is none and another try may help.
 * @see https://ai.google.dev/api/generate-content#FinishReason
 */
const MEANINGS: Readonly<Record<string, "end_turn" | "max_tokens" | "refusal" | "failed">> = {
  STOP: "end_turn",
  MAX_TOKENS: "max_tokens",
  // The limit of one request; the client asks to go on, as it does at any other limit.
  CONTINUATION: "max_tokens",
  SAFETY: "refusal",
  RECITATION: "refusal",
  LANGUAGE: "refusal",
  BLOCKLIST: "refusal",
  PROHIBITED_CONTENT: "refusal",
  SPII: "refusal",
  MODEL_ARMOR: "refusal",
  IMAGE_SAFETY: "refusal",
  IMAGE_PROHIBITED_CONTENT: "refusal",
  IMAGE_RECITATION: "refusal",
  MALFORMED_FUNCTION_CALL: "failed",
  UNEXPECTED_TOOL_CALL: "failed",
  TOO_MANY_TOOL_CALLS: "failed",
  MALFORMED_RESPONSE: "failed",
  OTHER: "failed",
};

/** Reasons that are not in the table, such as new ones, end the answer like any other. */
export function meaningOf(
  finish: string,
  hasCalls: boolean,
): "end_turn" | "tool_use" | "max_tokens" | "refusal" | "failed" {
  const meaning = Object.hasOwn(MEANINGS, finish) ? MEANINGS[finish] : undefined;
  return meaning === undefined || meaning === "end_turn" ? (hasCalls ? "tool_use" : "end_turn") : meaning;
}

/** Some models end every chunk with STOP: what else is said counts more. */
export function strongerFinish(known: string | undefined, said: string): string {
  return known === undefined || known === "STOP" ? said : known;
}
