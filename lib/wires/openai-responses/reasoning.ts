import type { Block, MessagesBody } from "../../anthropic/types.ts";
import type { Effort, Quirks } from "../../catalog/types.ts";
import { type Carrier, packCarrier, readCarrier } from "../shared/carrier.ts";
import { clampEffort } from "../shared/effort.ts";
import type { Family } from "../shared/families.ts";
import type { Target } from "../wire.ts";

/** Kind of the state that is carried in a signature: an item's `encrypted_content`. */
const KIND = "responses";

/** The fields that ask for reasoning. `reasons`: will the model think? True also where nobody can tell. */
export function reasoningFields(
  wanted: Effort | undefined,
  { thinking }: MessagesBody,
  { capabilities }: Target,
  family: Family | undefined,
  quirks: Quirks,
): { fields: Record<string, unknown>; reasons: boolean } {
  const levels = quirks.efforts ?? family?.efforts ?? [];
  if (capabilities.reasoning === false || levels.length === 0) return { fields: {}, reasons: true };
  const effort = wanted && clampEffort(wanted, levels, { ...family?.effortMap, ...quirks.effortMap });
  const reasoning = {
    ...(effort !== undefined && { effort }),
    // Summaries are shown as thinking; a client that does not show any spares the time for writing them.
    ...(thinking && thinking.type !== "disabled" && thinking.display !== "omitted" && { summary: "auto" }),
  };
  return {
    fields: {
      ...(Object.keys(reasoning).length > 0 && { reasoning }),
      include: ["reasoning.encrypted_content"],
    },
    reasons: effort !== "none",
  };
}

/** A reasoning item's state as the signature of the thinking block that shows its summary. */
export function signatureOf(encrypted: string, { type, model }: Target): string {
  return packCarrier({ kind: KIND, provider: type.id, model, data: encrypted });
}

/** A thinking block as the reasoning item that it came from; undefined for anybody else's thinking. */
export function reasoningItem(block: Block, target: Target): Record<string, unknown> | undefined {
  const carrier: Carrier | undefined = readCarrier(block.signature);
  if (carrier?.kind !== KIND || carrier.provider !== target.type.id || carrier.model !== target.model) return undefined;
  if (typeof carrier.data !== "string") return undefined;
  const text = typeof block.thinking === "string" ? block.thinking : "";
  const summary = text === "" ? [] : text.split("\n\n").map((part) => ({ type: "summary_text", text: part }));
  return { type: "reasoning", summary, encrypted_content: carrier.data };
}
