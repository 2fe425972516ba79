import type { InboundRequest } from "./request.ts";
import { holds, type Range, scanItems, scanObject } from "./scan.ts";
import { removeTags, TAG_NEEDLE } from "./subagent-tag.ts";

export interface Changes {
  /** The upstream's own model id. */
  model?: string;
  /** Take every `<CCM-SUBAGENT-MODEL>` tag out of `system`. */
  removeSubagentTag?: boolean;
  /** Top-level fields with their new values; undefined takes a field out, which must not be the first one. */
  fields?: ReadonlyMap<string, unknown>;
}

/** Bytes that replace a range of the original. */
interface Edit extends Range {
  bytes: Buffer;
}

/** A body in pieces that follow each other: most of them are parts of the original, which is not copied. */
export class Pieces {
  readonly parts: readonly Buffer[];
  readonly length: number;

  constructor(parts: readonly Buffer[]) {
    this.parts = parts;
    this.length = parts.reduce((sum, { length }) => sum + length, 0);
  }

  toBuffer(): Buffer {
    return Buffer.concat(this.parts, this.length);
  }

  /** The whole as text. */
  toString(): string {
    return this.toBuffer().toString("utf8");
  }
}

/** Stands where nothing but a tag stood: Anthropic refuses text blocks that are empty or blank. */
const NOTHING_LEFT = ".";

/**
 * The request's bytes with the model's name replaced and the subagent tag removed. All other bytes stay as they are:
 * unknown fields, spacing, number formats, cache markers, odd escapes.
 * @returns the very same buffer when there is nothing to change
 */
export function spliceBody(request: InboundRequest, changes: Changes): Buffer | Pieces {
  const { raw, top, facts } = request;
  const edits: Edit[] = [];
  const model = top.get("model");
  if (model && changes.model !== undefined && changes.model !== facts.model)
    edits.push({ ...model, bytes: json(changes.model) });
  const system = top.get("system");
  if (system && changes.removeSubagentTag) edits.push(...tagEdits(raw, system));
  for (const [name, value] of changes.fields ?? []) edits.push(fieldEdit(raw, name, top.get(name), value));
  return applyEdits(raw, edits);
}

/** A new field goes to the end: an object that holds a model has others before it. */
function fieldEdit(raw: Buffer, name: string, range: Range | undefined, value: unknown): Edit {
  if (range) return value === undefined ? removal(raw, range) : { ...range, bytes: json(value) };
  let end = raw.length - 1;
  while (raw[end] !== CLOSE_BRACE) end--;
  return { start: end, end, bytes: value === undefined ? NO_BYTES : Buffer.from(`,${json(name)}:${json(value)}`) };
}

const NO_BYTES = Buffer.alloc(0);
const CLOSE_BRACE = 0x7d;

/** Takes a field out together with the comma before it. */
function removal(raw: Buffer, value: Range): Edit {
  const keyEnd = raw.lastIndexOf('"', raw.lastIndexOf(":", value.start));
  const keyStart = raw.lastIndexOf('"', keyEnd - 1);
  return { start: raw.lastIndexOf(",", keyStart), end: value.end, bytes: NO_BYTES };
}

function applyEdits(raw: Buffer, edits: Edit[]): Buffer | Pieces {
  if (edits.length === 0) return raw;
  edits.sort((a, b) => a.start - b.start);
  const parts: Buffer[] = [];
  let at = 0;
  for (const edit of edits) {
    parts.push(raw.subarray(at, edit.start), edit.bytes);
    at = edit.end;
  }
  parts.push(raw.subarray(at));
  return new Pieces(parts.filter(({ length }) => length > 0));
}

function tagEdits(raw: Buffer, system: Range): Edit[] {
  if (!holds(raw, system, TAG_NEEDLE)) return [];
  const blocks = scanItems(raw, system);
  return blocks ? blocks.flatMap((block) => blockEdit(raw, block)) : stringEdit(raw, system);
}

function blockEdit(raw: Buffer, block: Range): Edit[] {
  const keys = scanObject(raw, block);
  const text = keys?.get("text");
  if (text) return stringEdit(raw, text);
  if (keys) return [];
  const value = decode(raw.subarray(block.start, block.end)); // escaped or doubled keys: the last one counts
  if (typeof value !== "object" || value === null || !("text" in value) || typeof value.text !== "string") return [];
  const wanted = removeTags(value.text);
  return wanted === value.text ? [] : [{ ...block, bytes: json({ ...value, text: filled(wanted) }) }];
}

function stringEdit(raw: Buffer, range: Range): Edit[] {
  const bytes = raw.subarray(range.start, range.end);
  const text = decode(bytes);
  if (typeof text !== "string") return [];
  const without = removeTags(text);
  if (without === text) return [];
  const wanted = filled(without);
  const cut = Buffer.from(removeTags(bytes.toString("latin1")), "latin1"); // one character a byte: nothing is lost
  return [{ ...range, bytes: decode(cut) === wanted ? cut : json(wanted) }]; // tags spelled with escapes: write anew
}

function filled(text: string): string {
  return text.trim() === "" ? NOTHING_LEFT : text;
}

function decode(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    return undefined; // a bad escape: whoever reads the body will say so
  }
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}
