import type { Block } from "../../anthropic/types.ts";
import type { Quirks } from "../../catalog/types.ts";
import { readCarrier } from "../shared/carrier.ts";
import type { Target } from "../wire.ts";
import { addDetail, type ReasoningDetail, readDetails } from "./reasoning-details.ts";

/**
 * The vendor's own earlier reasoning, in the field in which it wants it back. Thinking of other vendors is left out: it
 * would be taken for the model's own, and its signatures mean nothing here.
 */
export function replayFields(
  blocks: readonly Block[],
  hasCalls: boolean,
  { type, model }: Target,
  quirks: Quirks,
): Record<string, unknown> {
  const details: ReasoningDetail[] = [];
  let text = "";
  for (const block of blocks) {
    if (block.type !== "thinking") continue;
    const carrier = readCarrier(block.signature);
    if (carrier?.provider !== type.id) continue;
    const thinking = String(block.thinking ?? "");
    if (carrier.kind !== "reasoning_details") text += thinking;
    else if (carrier.model === model)
      for (const detail of readDetails(carrier.data)) addDetail(details, restoreText(detail, thinking));
  }
  if (details.length > 0) return { reasoning_details: details };
  const field = quirks.reasoningReplay;
  if (field === undefined || field === "reasoning_details") return {};
  if (text !== "") return { [field]: text };
  return hasCalls && quirks.reasoningPlaceholder !== undefined ? { [field]: quirks.reasoningPlaceholder } : {};
}

/**
 * The details of one thinking block as they go into its carrier. A text that the block shows anyway is not carried twice;
 * `text: null` marks where it stood.
 */
export function withoutShownText(details: readonly ReasoningDetail[], shown: string): Record<string, unknown>[] {
  return details.map((detail) => (shown !== "" && detail.text === shown ? { ...detail, text: null } : detail));
}

function restoreText(detail: ReasoningDetail, shown: string): ReasoningDetail {
  return (detail.text as unknown) === null ? { ...detail, text: shown } : detail;
}
