import type { Usage } from "../anthropic/types.ts";
import type { Price } from "../catalog/types.ts";
import { asidesOf, withAsides } from "./asides.ts";
import type { AttemptRecord, JournalEntry } from "./entry.ts";
import { costOf, listPriceOf, toNano } from "./pricing.ts";
import { readUsage, type ToldUsage } from "./told-usage.ts";

/** The price at which an attempt was made; undefined where it is not known. */
export type PriceAt = (attempt: AttemptRecord) => Price | undefined;

/** Names come from clients and messages from vendors: neither may fill the journal. In characters. */
const LONGEST = { name: 200, message: 1_000 };

/** Makes an entry final: works out what it cost, rounds times to tenths of a millisecond, and bounds its size. */
export function settle(entry: JournalEntry, priceAt: PriceAt): void {
  for (const key of ["requested", "model", "session", "class", "upstreamModel"] as const)
    clip(entry, key, LONGEST.name);
  for (const key of ["reason", "error"] as const) clip(entry, key, LONGEST.message);
  entry.totalMs = tenths(entry.totalMs);
  if (entry.ttftMs !== undefined) entry.ttftMs = tenths(entry.ttftMs);
  for (const attempt of entry.attempts) settleAttempt(attempt, entry.time, priceAt);
  const cost = costOfAll(entry.attempts);
  if (cost !== undefined) entry.cost = cost;
  if (entry.usage) settleUsage(entry, entry.usage);
}

function settleUsage(entry: JournalEntry, told: Usage): void {
  const { usage, isSound } = readUsage(told);
  const list = isSound && toldSomething(usage) ? listPriceOf(entry.requested) : undefined;
  if (list) {
    // What was done aside is billed alike wherever the answer comes from.
    const aside = costOfAsides(usage, list, entry.time);
    if (aside !== undefined) entry.listCost = toNano(costOf(usage, list, entry.time) + aside);
  }
  entry.usage = counted(withAsides(usage));
}

function settleAttempt(attempt: AttemptRecord, time: number, priceAt: PriceAt): void {
  clip(attempt, "message", LONGEST.message);
  clip(attempt, "requestId", LONGEST.name);
  attempt.at = tenths(attempt.at);
  attempt.ms = tenths(attempt.ms);
  if (!attempt.usage) return;
  const told = readUsage(attempt.usage);
  const cost = billed(attempt, told, time, priceAt);
  if (cost !== undefined) attempt.cost = cost;
  attempt.usage = counted(withAsides(told.usage));
}

/** An answer that no vendor gave costs nothing; of one whose vendor told no tokens, or nonsense, nobody knows. */
function billed(
  attempt: AttemptRecord,
  { usage, isSound }: ToldUsage,
  time: number,
  priceAt: PriceAt,
): number | undefined {
  if (attempt.status === undefined || attempt.simulated) return 0;
  const price = isSound && toldSomething(usage) ? priceAt(attempt) : undefined;
  const aside = price && costOfAsides(usage, price, time + attempt.at);
  return price && aside !== undefined ? toNano(costOf(usage, price, time + attempt.at) + aside) : undefined;
}

/** Undefined when the price of a model that was asked aside is not known. @param price of the model that answers */
function costOfAsides(usage: Usage, price: Price, time: number): number | undefined {
  let sum = 0;
  for (const aside of asidesOf(usage)) {
    const own = aside.model === undefined || price.flat ? price : listPriceOf(aside.model);
    if (!own) return undefined;
    sum += costOf(aside.usage, own, time);
  }
  return sum;
}

/** Undefined when one that used tokens has no known price, or none used any. */
function costOfAll(attempts: readonly AttemptRecord[]): number | undefined {
  const answered = attempts.filter(({ usage }) => usage);
  if (answered.length === 0 || answered.some(({ cost }) => cost === undefined)) return undefined;
  return toNano(answered.reduce((sum, { cost = 0 }) => sum + cost, 0));
}

function toldSomething(usage: Usage): boolean {
  const { input_tokens, output_tokens, cache_read_input_tokens = 0, cache_creation_input_tokens = 0 } = usage;
  return input_tokens + output_tokens + cache_read_input_tokens + cache_creation_input_tokens > 0;
}

/** Kept is what is billed or shown, where there is any. */
function counted(usage: Usage): Usage {
  const longLived = usage.cache_creation?.ephemeral_1h_input_tokens ?? 0;
  const thinking = usage.output_tokens_details?.thinking_tokens ?? 0;
  const searches = usage.server_tool_use?.web_search_requests ?? 0;
  const read = usage.cache_read_input_tokens ?? 0;
  const written = usage.cache_creation_input_tokens ?? 0;
  return {
    input_tokens: usage.input_tokens,
    output_tokens: usage.output_tokens,
    ...(read > 0 && { cache_read_input_tokens: read }),
    ...(written > 0 && { cache_creation_input_tokens: written }),
    ...(longLived > 0 && { cache_creation: { ephemeral_1h_input_tokens: longLived } }),
    ...(thinking > 0 && { output_tokens_details: { thinking_tokens: thinking } }),
    ...(searches > 0 && { server_tool_use: { web_search_requests: searches } }),
  };
}

function clip<K extends string>(holder: { [P in K]?: string }, key: K, longest: number): void {
  const text = holder[key];
  if (text !== undefined && text.length > longest) holder[key] = `${text.slice(0, longest)}…`;
}

function tenths(ms: number): number {
  return Math.round(ms * 10) / 10;
}
