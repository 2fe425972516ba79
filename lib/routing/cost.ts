import { peakFactor } from "../catalog/peak-hours.ts";
import type { Price } from "../catalog/types.ts";
import type { Mapping } from "../config/settings.ts";
import { promptTokens } from "./capabilities.ts";
import type { Candidate } from "./decision.ts";
import { type Circumstances, lastServer, type Strategy } from "./strategy.ts";
import { dollars } from "./words.ts";

/** An answer of Claude Code is about so long, in tokens. */
const EXPECTED_OUTPUT = 1_000;
/** Prefixes shorter than this are not cached. */
const LEAST_CACHED = 1_024;
const CACHE_MS = 5 * 60_000;
const LONG_CACHE_MS = 60 * 60_000;
/** In the marks of a client that pays for the long cache: `{"type":"ephemeral","ttl":"1h"}`. */
const LONG_CACHE_MARK = '"1h"';
/** A conversation moves only for a saving of more than this part of what the request costs where it is. */
const MARGIN = 0.1;

/** What a request costs at one provider, in dollars, with the figures behind it. Infinite where no price is known. */
interface Quote {
  mapping: Mapping;
  total: number;
  /** The provider's prompt cache is expected to hold the earlier part of the conversation. */
  warm: boolean;
  /** A turn like this one once the cache is warm, and what warming it costs on top; 0 while it is warm. */
  warmTurn: number;
  warming: number;
}

/**
 * The cheapest first, by the expected price of this very request: what was sent before is read from the cache where the
 * provider answered lately and written to it elsewhere; the last message is new; tiers for long prompts count. Providers
 * without a known price go last.
 *
 * A conversation leaves the provider that answered it last only when that saves more than a tenth at once, or when turns
 * that are a tenth cheaper make good the warming of another cache within as many turns as the conversation has had so far.
 */
export const byCost: Strategy = (mappings, at) => {
  const lifetime = at.request.raw.includes(LONG_CACHE_MARK) ? LONG_CACHE_MS : CACHE_MS;
  const quotes = mappings.map((mapping) => quote(mapping, at, lifetime)).sort((a, b) => a.total - b.total);
  const { first, why } = firstOf(quotes, at);
  const others = quotes.filter((other) => other !== first);
  return [...(first ? [{ mapping: first.mapping, why: words(first) + why }] : []), ...others.map(candidate)];
};

function candidate(quoted: Quote): Candidate {
  return { mapping: quoted.mapping, why: words(quoted) };
}

/** @param quotes in rising order of this request's price */
function firstOf(quotes: readonly Quote[], at: Circumstances): { first: Quote | undefined; why: string } {
  const [cheapest] = quotes;
  const mappings = quotes.map(({ mapping }) => mapping);
  const last = at.model.affinity === "session" ? lastServer(mappings, at) : undefined;
  const current = quotes.find(({ mapping }) => mapping === last?.mapping);
  if (!cheapest || !current) return { first: cheapest, why: "" };
  if (cheapest.total < current.total * (1 - MARGIN)) return { first: cheapest, why: "" };
  const turns = at.facts.messageCount / 2;
  const [better] = quotes
    .filter((other) => turnsToPayOff(current, other) <= turns)
    .sort((a, b) => a.warmTurn - b.warmTurn);
  if (better) return { first: better, why: `, pays off within ${Math.ceil(turnsToPayOff(current, better))} turns` };
  return { first: current, why: ", stays where the conversation is" };
}

/** After how many turns it pays to leave a provider for another one; infinite where that saves too little to be sure. */
function turnsToPayOff(current: Quote, other: Quote): number {
  const saving = current.warmTurn - other.warmTurn;
  return saving > current.warmTurn * MARGIN ? (other.warming - current.warming) / saving : Number.POSITIVE_INFINITY;
}

/** What the request is expected to cost at a provider. */
function quote(mapping: Mapping, { request, facts, health, session, now }: Circumstances, lifetime: number): Quote {
  const { provider, model } = mapping;
  const tokens = promptTokens(facts, model);
  const fresh = (tokens * facts.lastMessageBytes) / request.raw.length;
  const earlier = tokens - fresh;
  const price = priceFor(mapping, tokens);
  const served = health.lastServed(session, provider.name, model);
  const warm = served !== undefined && now - served < lifetime && earlier >= LEAST_CACHED;
  if (!price) return { mapping, total: Number.POSITIVE_INFINITY, warm, warmTurn: Number.POSITIVE_INFINITY, warming: 0 };
  const { input, output, cacheRead: read = input, cacheWrite: write = input } = price;
  const answer = Math.min(EXPECTED_OUTPUT, facts.maxTokens ?? EXPECTED_OUTPUT);
  const perToken = peakFactor(mapping.price?.peak, now) / 1e6;
  const warmTurn = (earlier * read + fresh * input + answer * output) * perToken;
  const warming = warm ? 0 : earlier * (write - read) * perToken;
  return { mapping, total: warmTurn + warming, warm, warmTurn, warming };
}

const FREE: Price = { input: 0, output: 0 };

/** The price that holds for a prompt of this size, where one is known. One's own machine costs nothing. */
function priceFor({ price, provider }: Mapping, tokens: number): Price | undefined {
  if (!price) return provider.type.group === "Local" ? FREE : undefined;
  return price.longContext && tokens > price.longContext.above ? price.longContext : price;
}

function words({ mapping, total, warm }: Quote): string {
  if (total === Number.POSITIVE_INFINITY) return "price not known";
  if (mapping.price?.flat) return "paid by a plan";
  return `${total === 0 ? "free" : dollars(total)}${warm ? " with a warm cache" : ""}`;
}
