import type { Usage } from "../anthropic/types.ts";
import { modelPrice, PROVIDER_TYPES } from "../catalog/index.ts";
import { peakFactor } from "../catalog/peak-hours.ts";
import type { Price, ProviderType } from "../catalog/types.ts";

/** What a write to the cache that is kept for an hour costs, in prices of the input. */
const LONG_LIVED_WRITE = 2;
/** Sums are kept to a billionth of a dollar: far below a cent, and short when written down. */
const NANO = 1e9;

/**
 * What a vendor bills for an answer, in US dollars. What the price does not tell is billed as input: reading from and
 * writing to the cache.
 * @param usage in Anthropic's arithmetic: cached tokens are no part of `input_tokens`, thinking is part of `output_tokens`
 * @param time when it was asked, in epoch ms: some vendors have peak hours
 */
export function costOf(usage: Usage, price: Price, time: number): number {
  const read = usage.cache_read_input_tokens ?? 0;
  const written = usage.cache_creation_input_tokens ?? 0;
  const longLived = Math.min(written, usage.cache_creation?.ephemeral_1h_input_tokens ?? 0);
  const prompt = usage.input_tokens + read + written;
  const { input, output, cacheRead, cacheWrite } =
    price.longContext && prompt > price.longContext.above ? price.longContext : price;
  const tokens =
    usage.input_tokens * input +
    read * (cacheRead ?? input) +
    (written - longLived) * (cacheWrite ?? input) +
    longLived * input * LONG_LIVED_WRITE +
    usage.output_tokens * output;
  const searches = (usage.server_tool_use?.web_search_requests ?? 0) * (price.search ?? 0);
  return toNano((tokens / 1e6) * peakFactor(price.peak, time) + searches);
}

/** Cuts off what binary fractions leave behind a sum of dollars. */
export function toNano(dollars: number): number {
  return Math.round(dollars * NANO) / NANO;
}

/**
 * What a model costs at its own vendor, by list price: what a request would have cost had it been sent where its model's
 * name points.
 * @param name as the client asked for it, with or without Claude Code's marks
 * @returns undefined where the name is nobody's, or its price is not known
 */
export function listPriceOf(name: string): Price | undefined {
  if (!LIST_PRICES.has(name)) {
    if (LIST_PRICES.size >= MOST_NAMES) LIST_PRICES.clear();
    LIST_PRICES.set(name, findListPrice(name));
  }
  return LIST_PRICES.get(name);
}

/** The catalogue is text that has to be searched, and the same few names come again and again. */
const LIST_PRICES = new Map<string, Price | undefined>();
const MOST_NAMES = 100;

function findListPrice(name: string): Price | undefined {
  const model = name
    .replace(/^.*,/, "")
    .trim()
    .replace(/\[1m\]$/i, "")
    .replace(/^anthropic\//i, "");
  const prices = vendorsOf(model).map((vendor) => modelPrice(vendor, model));
  return prices.find((price) => price !== undefined && !price.flat);
}

/** Those who serve ids that begin so: makers stand before resellers. */
function vendorsOf(model: string): ProviderType[] {
  return PROVIDER_TYPES.filter(({ serves }) => serves?.some((prefix) => prefix !== "" && model.startsWith(prefix)));
}
