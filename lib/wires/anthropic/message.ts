import type { MessageAnswer } from "../../anthropic/types.ts";
import { mergeUsage, NO_USAGE } from "../../anthropic/usage.ts";
import { readStreamError, readWords } from "../failures.ts";
import type { Target, WholeAnswer } from "../wire.ts";

/** An answer that came as one document: forwarded byte for byte when it is a message. */
export function readMessage(body: Buffer, target: Target): WholeAnswer {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body.toString("utf8"));
  } catch {
    const message = body.length === 0 ? "an empty body" : "the answer is not valid JSON; it may have been cut off";
    return { ok: false, failure: { reason: body.length === 0 ? "empty_answer" : "truncated", message } };
  }
  const message = parsed as Partial<Pick<MessageAnswer, "content" | "stop_reason" | "usage" | "model">> & {
    type?: string;
    error?: unknown;
  };
  if (message?.type === "error" || message?.error)
    return { ok: false, failure: readStreamError(target.type.id, parsed, Date.now()) };
  if (message?.type !== "message" || !Array.isArray(message.content) || !message.content.every(isBlock)) {
    // Some say what is wrong in ways of their own, with a status that says that nothing is.
    if (readWords(parsed)) return { ok: false, failure: readStreamError(target.type.id, parsed, Date.now()) };
    return { ok: false, failure: { reason: "bad_answer", message: "the answer is no Anthropic message" } };
  }
  return {
    ok: true,
    body,
    usage: mergeUsage({ ...NO_USAGE }, message.usage),
    stopReason: message.stop_reason ?? null,
    ...(message.model !== undefined && { servedModel: message.model }),
  };
}

/** Clients fall over anything else. */
function isBlock(item: unknown): boolean {
  if (typeof item !== "object" || item === null) return false;
  const { type, text } = item as { type?: unknown; text?: unknown };
  return typeof type === "string" && (type !== "text" || typeof text === "string");
}
