import type { ErrorType } from "../../anthropic/errors.ts";
import { loose } from "./parts.ts";

/** OpenAI's codes, which clients look at, for the error types of Anthropic's protocol. Where there is none, the type stands for it. */
const CODES: Readonly<Partial<Record<ErrorType, string>>> = {
  authentication_error: "invalid_api_key",
  billing_error: "insufficient_quota",
  not_found_error: "model_not_found",
  rate_limit_error: "rate_limit_exceeded",
  api_error: "server_error",
  timeout_error: "server_error",
  overloaded_error: "server_error",
};

/** At this code clients make the conversation shorter; the words are those that all our wires say it with. */
const OVERFLOW = { words: /prompt is too long/i, code: "context_length_exceeded" };

/** Fields that are named when they are missing. */
const REQUIRED = ["model", "messages", "input"];

export interface OpenAiError {
  message: string;
  type: string;
  /** The field that is wrong. */
  param: string | null;
  code: string;
}

/**
 * An error in OpenAI's form.
 * @param type of Anthropic's protocol
 * @param fields of the request: one of them may be what the message is about
 * @see https://platform.openai.com/docs/guides/error-codes
 */
export function openAiError(type: string, message: string, fields: readonly string[] = []): OpenAiError {
  const code = OVERFLOW.words.test(message) ? OVERFLOW.code : (CODES[type as ErrorType] ?? type);
  return { message, type, param: type === "invalid_request_error" ? fieldIn(message, fields) : null, code };
}

/** Anthropic's error envelope as OpenAI's. */
export function openAiEnvelope(text: string, fields: readonly string[]): { error: OpenAiError } {
  let { type, message } = { type: "api_error", message: text };
  try {
    const error = loose((JSON.parse(text) as { error?: unknown }).error);
    type = String(error.type ?? type);
    message = String(error.message ?? text);
  } catch {
    // An upstream's own words, relayed as they came.
  }
  return { error: openAiError(type, message, fields) };
}

/** Messages about a field begin with its name, or with the provider's and then the field's. */
function fieldIn(message: string, fields: readonly string[]): string | null {
  const heads = message.split(": ", 2);
  const isField = (head: string): boolean => {
    const [root = ""] = head.split(/[.[]/, 1);
    return fields.includes(root) || REQUIRED.includes(root);
  };
  return heads.find(isField) ?? null;
}
