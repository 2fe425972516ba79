import type { Pieces } from "../../anthropic/splice.ts";
import { enclosed, type JsonItems, jsonBody } from "../shared/json-body.ts";
import type { Target } from "../wire.ts";

export type Method = "generateContent" | "streamGenerateContent" | "countTokens";

/**
 * A place where Gemini's protocol is spoken: the Gemini API, Vertex AI. Everything in which they differ is here; a further
 * one, such as Code Assist with its envelope around requests, is one more of these.
 */
export interface GeminiHost {
  /** @throws {CannotCarry} when the target lacks what its address is made of */
  url(target: Target, method: Method): string;
  /** The body of a `countTokens` request, from the fields that count and the items of `tools`. */
  countBody(target: Target, fields: Readonly<Record<string, unknown>>, tools: JsonItems): Pieces;
  /** Have function calls ids there, to be repeated with their results? */
  callIds: boolean;
  /** Can domains be left out of a web search? */
  excludesDomains: boolean;
  /** Must calls of Google's own tools be asked for, and given back, where the client's functions stand beside them? */
  showsServerTools: boolean;
}

/**
 * Google's Gemini API.
 * @see https://ai.google.dev/api
 */
export const GEMINI_API: GeminiHost = {
  url: ({ baseUrl, model }, method) => `${baseUrl}/${resourceOf(model)}:${method}${streamQuery(method)}`,
  // Only here instructions and tools are not counted unless the whole request is.
  countBody: ({ model }, fields, tools) =>
    enclosed('{"generateContentRequest":', jsonBody({ model: resourceOf(model), ...fields }, tools)),
  callIds: true,
  excludesDomains: false,
  showsServerTools: true,
};

/** Without it the chunks come as the items of one JSON array. */
export function streamQuery(method: Method): string {
  return method === "streamGenerateContent" ? "?alt=sse" : "";
}

/** `models/M`; tuned models have a path of their own. */
function resourceOf(model: string): string {
  return encodeURI(model.includes("/") ? model : `models/${model}`).replace(/[?#]/g, encodeURIComponent);
}
