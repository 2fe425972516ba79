import { type FaultName, isFaultName } from "./faults.ts";
import type { WireName } from "./wire.ts";

/** What a path asks for. */
export interface Place {
  /** First part of the path. */
  provider: string;
  /** The fault that the path itself demands: `/fault/NAME/…`. */
  fault?: FaultName;
  does: "answer" | "count" | "models";
  wire: WireName;
  /** What the protocol says in the path instead of the body. */
  fromPath: { model?: string; stream?: boolean };
}

/**
 * The endpoints by how their paths end: what stands before differs from vendor to vendor (`/v1`, `/openai/v1`,
 * `/api/anthropic`, `/v1/projects/P/locations/L/publishers/google`) and means nothing here.
 */
const ENDPOINTS: readonly { ends: RegExp; does: Place["does"]; wire: WireName; stream?: boolean }[] = [
  { ends: /\/messages$/, does: "answer", wire: "anthropic" },
  { ends: /\/messages\/count_tokens$/, does: "count", wire: "anthropic" },
  { ends: /\/models\/count-tokens:rawPredict$/, does: "count", wire: "anthropic" },
  { ends: /\/models\/([^/]+):rawPredict$/, does: "answer", wire: "anthropic", stream: false },
  { ends: /\/models\/([^/]+):streamRawPredict$/, does: "answer", wire: "anthropic", stream: true },
  { ends: /\/chat\/completions$/, does: "answer", wire: "openai-chat" },
  { ends: /\/responses$/, does: "answer", wire: "openai-responses" },
  { ends: /\/models\/([^/]+):generateContent$/, does: "answer", wire: "gemini", stream: false },
  { ends: /\/models\/([^/]+):streamGenerateContent$/, does: "answer", wire: "gemini", stream: true },
  { ends: /\/models\/([^/]+):countTokens$/, does: "count", wire: "gemini" },
  { ends: /\/v1beta\/models$/, does: "models", wire: "gemini" },
  { ends: /\/models$/, does: "models", wire: "openai-chat" },
];

/** @returns undefined for a path that no provider of ours knows, and for a fault that there is not */
export function placeOf(url: string): Place | undefined {
  const path = new URL(url, "http://simulator").pathname;
  const [, provider = "", second = ""] = path.split("/");
  const isFault = provider === "fault" && isFaultName(second);
  if (provider === "" || (provider === "fault" && !isFault)) return undefined;
  const rest = path.slice(1 + provider.length + (isFault ? 1 + second.length : 0));
  for (const { ends, does, wire, stream } of ENDPOINTS) {
    const found = ends.exec(rest);
    if (!found) continue;
    const model = found[1] === undefined ? {} : { model: decodeURIComponent(found[1]) };
    const fromPath = { ...model, ...(stream === undefined ? {} : { stream }) };
    return { provider, does, wire, fromPath, ...(isFault ? { fault: second } : {}) };
  }
  return undefined;
}
