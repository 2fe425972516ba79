import type { InboundRequest } from "../../anthropic/request.ts";
import type { MessagesBody } from "../../anthropic/types.ts";
import type { Quirks } from "../../catalog/types.ts";
import type { Target } from "../wire.ts";
import type { Family } from "./families.ts";

/** Fewer are refused by OpenAI, and a probe for one token is answered just as well by a few more. */
const LEAST = 16;
/** Asked of models whose limit nobody knows: what Claude Code itself assumes of a model that it does not know. */
const UNKNOWN_MODEL = 32_000;
/** Below this much room the prompt is too long in truth, and the upstream shall say so in its own words. */
const LEAST_ROOM = 1024;
/** How much larger than estimated a prompt may turn out. */
const MARGIN = 1.15;

/**
 * The output limit: what the client wants, clamped to what the model can say and to what the window leaves, so that the
 * 128000 of Claude Code never costs a refusal.
 */
export function outputLimit(
  body: MessagesBody,
  { capabilities }: Pick<Target, "capabilities">,
  quirks: Quirks,
  inbound: InboundRequest,
): Record<string, number> {
  const { maxOutput, contextWindow } = capabilities;
  const wanted = typeof body.max_tokens === "number" ? body.max_tokens : undefined;
  const limits = [wanted, maxOutput ?? (wanted !== undefined ? UNKNOWN_MODEL : undefined), quirks.maxTokensCap];
  if (wanted === undefined && quirks.maxTokensCap === undefined) return {};
  if (wanted !== undefined && wanted > UNKNOWN_MODEL && maxOutput === undefined && quirks.maxTokensOptional) return {};
  const asked = Math.min(...limits.filter((n) => n !== undefined));
  const limit = contextWindow === undefined ? asked : fitted(asked, contextWindow, inbound);
  return { [quirks.maxTokensField ?? "max_tokens"]: Math.max(LEAST, Math.floor(limit)) };
}

/** What the window leaves of the limit. */
function fitted(limit: number, contextWindow: number, { raw, facts }: InboundRequest): number {
  const roomFor = (promptTokens: number) => contextWindow - Math.ceil(promptTokens * MARGIN);
  // No text has more tokens than bytes: most requests need no estimate.
  const isText = !facts.hasImage && !facts.hasDocument;
  if (isText && roomFor(raw.length) >= limit) return limit;
  const room = roomFor(facts.estimatedTokens);
  return room >= LEAST_ROOM ? Math.min(limit, room) : limit;
}

/** Stop sequences for the upstream, and those that are left to us. */
export interface Stops {
  upstream: readonly string[];
  local: readonly string[];
}

/** The stop sequences that the client wants. */
export function stopsOf({ stop_sequences: stops }: MessagesBody): string[] {
  return Array.isArray(stops) ? stops.filter((stop) => typeof stop === "string" && stop !== "") : [];
}

/** OpenAI takes four at most and its reasoning models none; the rest is applied to the text as it comes. */
export function stopSequences(body: MessagesBody, family: Family | undefined, quirks: Quirks): Stops {
  const all = stopsOf(body);
  const refused = family?.stop === false || quirks.forbiddenFields?.includes("stop");
  const most = refused ? 0 : (quirks.stopLimit ?? 4);
  return { upstream: all.slice(0, most), local: all.slice(most) };
}

/**
 * `temperature`, `top_p`, `top_k`. Of the first two only one is sent, as their makers advise.
 * @param reasons whether the model will think: some families take no sampling then
 */
export function sampling(
  body: MessagesBody,
  family: Family | undefined,
  quirks: Quirks,
  reasons: boolean,
): Record<string, number> {
  const refused = family?.sampling === false || (family?.sampling === "without_reasoning" && reasons);
  const { temperature, top_p, top_k } = body;
  const fields: Record<string, number> = {};
  if (!refused && typeof temperature === "number") fields.temperature = temperature;
  else if (!refused && typeof top_p === "number") fields.top_p = top_p;
  if (quirks.topK && typeof top_k === "number") fields.top_k = top_k;
  return fields;
}
