import type { Quirks } from "../../catalog/types.ts";
import { packCarrier } from "../shared/carrier.ts";
import type { Target } from "../wire.ts";
import { addDetail, detailText, type ReasoningDetail, readDetails } from "./reasoning-details.ts";
import { withoutShownText } from "./reasoning-replay.ts";

/** Fields in which vendors show reasoning as text; some fill two of them with the same words. */
const TEXT_FIELDS = ["reasoning_content", "reasoning", "reasoning_text"] as const;

/** The reasoning of one answer: what to show of it, and what the vendor wants back next time. */
export class Reasoning {
  readonly #target: Target;
  readonly #quirks: Quirks;
  #details: ReasoningDetail[] = [];

  constructor(target: Target, quirks: Quirks) {
    this.#target = target;
    this.#quirks = quirks;
  }

  /**
   * Takes the reasoning out of a delta or message.
   * @returns text to show; empty where there is only state to carry, undefined where there is no reasoning
   */
  read(delta: Record<string, unknown>): string | undefined {
    const details = readDetails(delta.reasoning_details);
    for (const detail of details) addDetail(this.#details, detail);
    for (const field of TEXT_FIELDS) {
      const text = delta[field];
      if (typeof text === "string" && text !== "") return text;
    }
    return details.length > 0 ? details.map(detailText).join("") : undefined;
  }

  /** The signature of a thinking block that ends here; undefined when the vendor wants nothing back. */
  seal(shown: string): string | undefined {
    const { type, model } = this.#target;
    const origin = { provider: type.id, model };
    const details = this.#details;
    this.#details = [];
    const replay = this.#quirks.reasoningReplay;
    if (
      details.some(({ signature, data }) => signature || data) ||
      (details.length > 0 && replay === "reasoning_details")
    )
      return packCarrier({ kind: "reasoning_details", ...origin, data: withoutShownText(details, shown) });
    return replay === undefined || replay === "reasoning_details"
      ? undefined
      : packCarrier({ kind: replay, ...origin });
  }
}
