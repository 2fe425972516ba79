import type { StopReason } from "../../anthropic/types.ts";

/** Why the model ended, or that the vendor gave up. */
export type Finish = StopReason | "failed";

/** The vendors' words, the stronger before the weaker: of several the strongest counts. */
const MEANINGS: Readonly<Record<string, Finish>> = {
  error: "failed",
  abort: "failed",
  network_error: "failed",
  insufficient_system_resource: "failed",
  content_filter: "refusal",
  sensitive: "refusal",
  model_context_window_exceeded: "model_context_window_exceeded",
  length: "max_tokens",
  model_length: "max_tokens",
  max_tokens: "max_tokens",
  tool_calls: "tool_use",
  function_call: "tool_use",
  stop: "end_turn",
  eos: "end_turn",
  end: "end_turn",
};
const ORDER = Object.keys(MEANINGS);

/** The stronger of two `finish_reason`s; words that nobody knows are the weakest. */
export function strongerReason(a: string | undefined, b: string): string {
  const lower = b.toLowerCase();
  return a === undefined || rank(lower) < rank(a) ? lower : a;
}

/**
 * What a `finish_reason` means.
 * @param hasCalls whether the answer holds tool calls: vendors say `stop` for those too, or `tool_calls` without any
 */
export function meaningOf(reason: string | undefined, hasCalls: boolean): Finish {
  const meaning = (reason !== undefined && MEANINGS[reason]) || "end_turn";
  if (meaning !== "end_turn" && meaning !== "tool_use") return meaning;
  return hasCalls ? "tool_use" : "end_turn";
}

function rank(reason: string): number {
  const at = ORDER.indexOf(reason);
  return at < 0 ? ORDER.length : at;
}
