/**
 * Google's Gemini protocol.
 * @module
 */
import type { Target, Wire } from "../wire.ts";
import { CODE_ASSIST, inEnvelope } from "./code-assist.ts";
import { GEMINI_API } from "./host.ts";
import { geminiWire } from "./wire.ts";

const api = geminiWire("gemini", GEMINI_API);
const codeAssist = inEnvelope(geminiWire("gemini", CODE_ASSIST));

function wireFor({ type }: Target): Wire {
  return type.quirks?.codeAssist ? codeAssist : api;
}

export const gemini: Wire = {
  id: "gemini",
  request: (inbound, target) => wireFor(target).request(inbound, target),
  localAnswer: (context) => wireFor(context.target).localAnswer?.(context),
  stream: (context) => wireFor(context.target).stream(context),
  answer: (body, context) => wireFor(context.target).answer(body, context),
  countTokens: api.countTokens,
};
