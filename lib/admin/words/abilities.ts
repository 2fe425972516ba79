import type { CapabilityViews } from "../../server/admin/views.ts";
import { compact, price } from "./format.ts";

/** What is known of a model, in a few words each: its window, its price, what it cannot do. */
export function abilities({ context_window, price: known, lacks }: CapabilityViews): string[] {
  return [
    ...(context_window === undefined ? [] : [`${compact(context_window)} context`]),
    priceWords(known),
    ...lacks.map((lack) => `no ${lack}`),
  ];
}

function priceWords(known: CapabilityViews["price"]): string {
  if (!known) return "price unknown";
  if (known.input === 0 && known.output === 0) return "free";
  return `${price(known.input)} in, ${price(known.output)} out / M`;
}
