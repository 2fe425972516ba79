/**
 * @module What a vendor bills for a recorded answer, worked out from the recording and the vendors' own pages, and from
 * nothing of ours: no code and no table is shared with what is being tested.
 */

/** Token counts in Anthropic's arithmetic: cached tokens are no part of `input`, thinking is part of `output`. */
export interface Bill {
  input: number;
  cacheRead: number;
  cacheWrite: number;
  /** Part of `cacheWrite`. */
  hourWrite: number;
  output: number;
  /** Part of `output`. */
  thinking: number;
  searches: number;
  /** Work that another model did for the answer; counted above, and billed at that model's price. */
  aside?: { model: string; input: number; output: number };
  /** US dollars, where the vendor itself tells. */
  vendorDollars?: number;
}

/** US dollars per million tokens; `search` for one. */
export interface Tariff {
  input: number;
  output: number;
  cacheRead: number;
  cacheWrite: number;
  search: number;
}

type Json = Record<string, unknown>;
/** Reads the last, cumulative account of a recording; undefined where it tells none. */
type Reader = (payloads: readonly Json[]) => Bill | undefined;

const NOTHING: Bill = { input: 0, cacheRead: 0, cacheWrite: 0, hourWrite: 0, output: 0, thinking: 0, searches: 0 };

export const READERS = {
  /** Each report has totals so far; a later one replaces what it names. https://platform.claude.com/docs/en/build-with-claude/streaming */
  anthropic(payloads) {
    const reports = payloads.flatMap((payload) => [object(object(payload.message).usage), object(payload.usage)]);
    const last = (read: (usage: Json) => unknown): number => {
      const told = reports.map(read).filter((value) => typeof value === "number");
      return told.at(-1) ?? 0;
    };
    if (reports.every((report) => Object.keys(report).length === 0)) return undefined;
    const steps = reports.flatMap(({ iterations }) => (Array.isArray(iterations) ? iterations.map(object) : []));
    const advice = steps.find(({ type }) => type === "advisor_message");
    const aside = advice && {
      model: String(advice.model),
      input: count(advice.input_tokens),
      output: count(advice.output_tokens),
    };
    return {
      ...(aside && { aside }),
      input: last((usage) => usage.input_tokens) + (aside?.input ?? 0),
      cacheRead: last((usage) => usage.cache_read_input_tokens),
      cacheWrite: last((usage) => usage.cache_creation_input_tokens),
      hourWrite: last((usage) => object(usage.cache_creation).ephemeral_1h_input_tokens),
      output: last((usage) => usage.output_tokens) + (aside?.output ?? 0),
      thinking: last((usage) => object(usage.output_tokens_details).thinking_tokens),
      searches: last((usage) => object(usage.server_tool_use).web_search_requests),
    };
  },
  /** The prompt includes what came from the cache; all but xAI count reasoning among the completion. */
  "openai-chat"(payloads) {
    const usage = payloads.findLast((payload) => Object.keys(object(payload.usage)).length > 0)?.usage;
    if (usage === undefined) return undefined;
    const { prompt_tokens, completion_tokens, total_tokens, cost_in_usd_ticks, ...more } = object(usage);
    const details = object(more.prompt_tokens_details);
    const cacheRead = count(details.cached_tokens ?? more.prompt_cache_hit_tokens ?? more.cached_tokens);
    const cacheWrite = count(details.cache_write_tokens);
    const thinking = count(object(more.completion_tokens_details).reasoning_tokens);
    const [prompt, completion] = [count(prompt_tokens), count(completion_tokens)];
    const isApart = count(total_tokens) === prompt + completion + thinking;
    return {
      ...NOTHING,
      input: prompt - cacheRead - cacheWrite,
      cacheRead,
      cacheWrite,
      output: isApart ? completion + thinking : completion,
      thinking,
      // https://docs.x.ai/docs/api-reference: ten thousand millionths of a dollar.
      ...(typeof cost_in_usd_ticks === "number" && { vendorDollars: cost_in_usd_ticks / 1e10 }),
    };
  },
  "openai-responses"(payloads) {
    const answers = payloads.map((payload) => ("response" in payload ? object(payload.response) : payload));
    const usage = answers.findLast((answer) => Object.keys(object(answer.usage)).length > 0)?.usage;
    if (usage === undefined) return undefined;
    const { input_tokens, input_tokens_details, output_tokens, output_tokens_details } = object(usage);
    const cacheRead = count(object(input_tokens_details).cached_tokens);
    const cacheWrite = count(object(input_tokens_details).cache_write_tokens);
    return {
      ...NOTHING,
      input: count(input_tokens) - cacheRead - cacheWrite,
      cacheRead,
      cacheWrite,
      output: count(output_tokens),
      thinking: count(object(output_tokens_details).reasoning_tokens),
    };
  },
  /** Thoughts are counted beside the candidates, and billed as output. https://ai.google.dev/api/generate-content#UsageMetadata */
  gemini(payloads) {
    const usage = object(payloads.findLast((payload) => "usageMetadata" in payload)?.usageMetadata);
    if (Object.keys(usage).length === 0) return undefined;
    const cacheRead = count(usage.cachedContentTokenCount);
    const thinking = count(usage.thoughtsTokenCount);
    return {
      ...NOTHING,
      input: count(usage.promptTokenCount) + count(usage.toolUsePromptTokenCount) - cacheRead,
      cacheRead,
      output: count(usage.candidatesTokenCount) + thinking,
      thinking,
    };
  },
} as const satisfies Readonly<Record<string, Reader>>;

/**
 * In US dollars. What stays in the cache for an hour costs twice the input to write.
 * @param others of models that are asked for advice
 */
export function dollars(bill: Bill, tariff: Tariff, others: Readonly<Record<string, Tariff>> = {}): number {
  const { cacheRead, cacheWrite, hourWrite, searches, aside } = bill;
  const other = aside && others[aside.model];
  const perMillion =
    (bill.input - (aside?.input ?? 0)) * tariff.input +
    (aside?.input ?? 0) * (other?.input ?? 0) +
    cacheRead * tariff.cacheRead +
    (cacheWrite - hourWrite) * tariff.cacheWrite +
    hourWrite * tariff.input * 2 +
    (bill.output - (aside?.output ?? 0)) * tariff.output +
    (aside?.output ?? 0) * (other?.output ?? 0);
  return perMillion / 1e6 + searches * tariff.search;
}

function object(value: unknown): Json {
  return typeof value === "object" && value !== null ? (value as Json) : {};
}

function count(value: unknown): number {
  return typeof value === "number" ? value : 0;
}
