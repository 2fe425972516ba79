import { createHash } from "node:crypto";
import type { Ask, Part, Reply, TokenCount } from "./wire.ts";
import { intoWords } from "./wire.ts";

const MOST_PREFIXES = 500;

/** Providers cache no shorter beginning. */
const SHORTEST_PREFIX = 1024;

/** About four characters a token, never none: near enough for a simulation, and the same for all protocols. */
export function tokensIn(value: string): number {
  return Math.max(1, Math.ceil(value.length / 4));
}

/** Remembers which beginnings of requests a provider has seen, as prompt caches do. */
export class PromptCache {
  readonly #seen = new Set<string>();

  /** @returns true when this provider has seen the prefix before; from now on it has */
  touch(provider: string, prefix: string): boolean {
    const key = createHash("sha1").update(provider).update("\n").update(prefix).digest("base64");
    const hit = this.#seen.delete(key);
    this.#seen.add(key);
    for (const oldest of this.#seen) {
      if (this.#seen.size <= MOST_PREFIXES) break;
      this.#seen.delete(oldest);
    }
    return hit;
  }
}

/** What the exchange costs: every token of the prompt counted once, cached or not. */
export function countTokens(ask: Ask, reply: Reply, cache: PromptCache): TokenCount {
  const prompt = tokensIn(JSON.stringify(ask.body));
  const longEnough = ask.cacheable && tokensIn(ask.prefix) >= SHORTEST_PREFIX;
  const prefix = longEnough ? Math.min(tokensIn(ask.prefix), prompt - 1) : 0;
  const hit = prefix > 0 && cache.touch(ask.provider, ask.prefix);
  const thinking = reply.parts.reduce((sum, part) => sum + (part.type === "thinking" ? tokensIn(part.text) : 0), 0);
  const rest = reply.parts.reduce((sum, part) => sum + (part.type === "thinking" ? 0 : tokensIn(saidIn(part))), 0);
  return {
    input: prompt - prefix,
    cacheRead: hit ? prefix : 0,
    cacheWrite: hit ? 0 : prefix,
    output: thinking + rest,
    thinking,
  };
}

/** Ends a reply where `max_tokens` or a stop sequence ends it. Only text is cut; a real model cuts anywhere. */
export function limited(ask: Ask, reply: Reply): Reply {
  const parts: Part[] = [];
  let left = ask.maxTokens ?? Number.POSITIVE_INFINITY;
  for (const part of reply.parts) {
    if (part.type !== "text") {
      left -= tokensIn(saidIn(part));
      parts.push(part);
      continue;
    }
    const sequence = ask.stopSequences
      .filter((s) => s !== "" && part.text.includes(s))
      .sort((a, b) => part.text.indexOf(a) - part.text.indexOf(b))[0];
    const until = sequence === undefined ? part.text : part.text.slice(0, part.text.indexOf(sequence));
    const room = Math.max(4, left * 4);
    if (until.length > room) {
      const kept = cutAtWord(until, room);
      return { ...reply, parts: [...parts, { type: "text", text: kept }], stop: "length" };
    }
    if (sequence !== undefined)
      return {
        ...reply,
        parts: [...parts, { type: "text", text: until }],
        stop: "stop-sequence",
        stopSequence: sequence,
      };
    left -= tokensIn(until);
    parts.push(part);
  }
  return { ...reply, parts };
}

function cutAtWord(value: string, most: number): string {
  let kept = "";
  for (const word of intoWords(value)) {
    if (kept !== "" && kept.length + word.length > most) break;
    kept += word;
  }
  return kept;
}

function saidIn(part: Part): string {
  switch (part.type) {
    case "tool":
      return part.name + JSON.stringify(part.input);
    case "search":
      return part.query;
    default:
      return part.text;
  }
}
