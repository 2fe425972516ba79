import type { Block, MessagesBody } from "../../anthropic/types.ts";
import type { Quirks } from "../../catalog/types.ts";
import { packCarrier, readCarrier } from "../shared/carrier.ts";
import { clampEffort, requestedEffort } from "../shared/effort.ts";
import { effortLevels, type Family } from "../shared/families.ts";
import type { Target } from "../wire.ts";

/** Kind of the state that is carried in a signature: an item's `encrypted_content`. */
const KIND = "responses";

/** How a request asks for reasoning. */
interface Reasoning {
  fields: Record<string, unknown>;
  /** Entries of `include`. */
  include: readonly string[];
  /** Will the model think? True also where nobody can tell. */
  reasons: boolean;
}

/**
 * `reasoning`, and its state encrypted. Nothing is sent to a model that is not known to reason.
 * @param searches the request asks for a web search, which OpenAI refuses together with the least effort
 * @see https://platform.openai.com/docs/api-reference/responses/create#responses-create-reasoning
 */
export function reasoningFields(
  body: MessagesBody,
  { capabilities }: Target,
  family: Family | undefined,
  quirks: Quirks,
  searches: boolean,
): Reasoning {
  const levels = effortLevels(family, quirks) ?? [];
  const isKnown = levels.length > 0 || capabilities.reasoning === true;
  if (capabilities.reasoning === false || !isKnown) return { fields: {}, include: [], reasons: true };
  const wanted = requestedEffort(body);
  const offered = searches ? levels.filter((level) => level !== "minimal") : levels;
  const effort = wanted && clampEffort(wanted, offered, { ...family?.effortMap, ...quirks.effortMap });
  const { thinking } = body;
  const reasoning = {
    ...(effort !== undefined && { effort }),
    // Summaries are shown as thinking; a client that does not show any spares the time for writing them.
    ...(thinking && thinking.type !== "disabled" && thinking.display !== "omitted" && { summary: "auto" }),
  };
  return {
    fields: Object.keys(reasoning).length > 0 ? { reasoning } : {},
    include: ["reasoning.encrypted_content"],
    reasons: effort !== "none",
  };
}

/**
 * A reasoning item's state as the signature of the thinking block that shows its summary. Only the account that it was
 * made for can read it, so it is marked with the provider's configured name.
 */
export function signatureOf(encrypted: string, { provider, model }: Target): string {
  return packCarrier({ kind: KIND, provider, model, data: encrypted });
}

/** A thinking block as the reasoning item that it came from; undefined for anybody else's thinking. */
export function reasoningItem(block: Block, { provider, model }: Target): Record<string, unknown> | undefined {
  const carrier = readCarrier(block.signature);
  if (carrier?.kind !== KIND || carrier.provider !== provider || carrier.model !== model) return undefined;
  if (typeof carrier.data !== "string") return undefined;
  const text = typeof block.thinking === "string" ? block.thinking : "";
  const summary = text === "" ? [] : text.split("\n\n").map((part) => ({ type: "summary_text", text: part }));
  return { type: "reasoning", summary, encrypted_content: carrier.data };
}
