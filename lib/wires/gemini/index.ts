/**
 * Google's Gemini protocol.
 * @module
 */
import type { Wire } from "../wire.ts";
import { GEMINI_API } from "./host.ts";
import { geminiWire } from "./wire.ts";

export const gemini: Wire = geminiWire("gemini", GEMINI_API);
