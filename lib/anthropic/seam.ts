import { type Range, scanItems, scanObject } from "./scan.ts";
import type { Block } from "./types.ts";

/** Anthropic's own seams are triggered by refusals; this tells ours from those. */
const TRIGGER = "provider_failure";

/**
 * Marks where one model's words end and another's go on, in the form that Anthropic's fallbacks use: opened and closed
 * without deltas, between two text blocks (facts: gateways 1.6).
 */
export function seamBlock(from: string, to: string): Block {
  return { type: "fallback", from: { model: from }, to: { model: to }, trigger: { type: TRIGGER, category: null } };
}

/**
 * The request without the seams that we have set and the client sends back: upstreams refuse them. Anthropic's own stay.
 * @param messages the items of `messages`
 * @param words where strings stand that may be the type of a seam: see `scanTopLevel`
 * @returns the very same buffer when there are none
 */
export function withoutSeams(raw: Buffer, messages: readonly Range[], words: readonly number[]): Buffer {
  const seams = words.filter((at) => raw[at + 1] === LETTER_F);
  if (seams.length === 0) return raw;
  const parts: Buffer[] = [];
  let done = 0;
  for (const message of messages) {
    if (!seams.some((at) => at > message.start && at < message.end)) continue;
    const content = scanObject(raw, message)?.get("content");
    const blocks = (content && scanItems(raw, content)) ?? [];
    const kept = blocks.filter((block) => !isSeam(raw, block));
    if (!content || kept.length === blocks.length) continue;
    parts.push(raw.subarray(done, content.start), OPEN);
    for (const [at, { start, end }] of kept.entries()) parts.push(at > 0 ? COMMA : NOTHING, raw.subarray(start, end));
    parts.push(CLOSE);
    done = content.end;
  }
  return parts.length === 0 ? raw : Buffer.concat([...parts, raw.subarray(done)]);
}

const LETTER_F = 0x66;
const OPEN = Buffer.from("[");
const CLOSE = Buffer.from("]");
const COMMA = Buffer.from(",");
const NOTHING = Buffer.alloc(0);

function isSeam(raw: Buffer, range: Range): boolean {
  const keys = scanObject(raw, range);
  const type = keys?.get("type");
  const trigger = keys?.get("trigger");
  if (!type || !trigger || raw.toString("latin1", type.start, type.end) !== '"fallback"') return false;
  return raw.toString("latin1", trigger.start, trigger.end).includes(`"${TRIGGER}"`);
}
