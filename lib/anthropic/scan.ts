/** Byte range of a value, `end` exclusive. */
export interface Range {
  start: number;
  end: number;
}

/** The top-level keys of a JSON object with the bytes of their values. */
export type TopLevel = ReadonlyMap<string, Range>;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COMMA = 0x2c;
const COLON = 0x3a;

/**
 * Finds the top-level keys of a JSON object without parsing the values.
 * Strings are skipped by looking for the next quote, so the cost is a fraction of a parse.
 * @returns undefined for anything odd (no object, duplicate or escaped keys, trailing bytes): parse properly then
 */
export function scanTopLevel(raw: Buffer): TopLevel | undefined {
  const keys = new Map<string, Range>();
  let at = skipSpace(raw, 0);
  if (raw[at] !== OPEN_BRACE) return undefined;
  at = skipSpace(raw, at + 1);
  if (raw[at] === CLOSE_BRACE) return skipSpace(raw, at + 1) === raw.length ? keys : undefined;
  for (;;) {
    if (raw[at] !== QUOTE) return undefined;
    const keyEnd = skipString(raw, at);
    if (keyEnd < 0) return undefined;
    const key = raw.toString("latin1", at + 1, keyEnd - 1);
    if (key.includes("\\") || keys.has(key)) return undefined;
    at = skipSpace(raw, keyEnd);
    if (raw[at] !== COLON) return undefined;
    const start = skipSpace(raw, at + 1);
    const end = skipValue(raw, start);
    if (end < 0) return undefined;
    keys.set(key, { start, end });
    at = skipSpace(raw, end);
    if (raw[at] === COMMA) {
      at = skipSpace(raw, at + 1);
      continue;
    }
    if (raw[at] !== CLOSE_BRACE) return undefined;
    return skipSpace(raw, at + 1) === raw.length ? keys : undefined;
  }
}

/**
 * The items of a JSON array, or the values of the named key in each, are found by the same walk.
 * @returns ranges of the array's items, or undefined when the range is no well-formed array
 */
export function scanItems(raw: Buffer, array: Range): Range[] | undefined {
  if (raw[array.start] !== OPEN_BRACKET) return undefined;
  const items: Range[] = [];
  let at = skipSpace(raw, array.start + 1);
  if (raw[at] === CLOSE_BRACKET) return items;
  for (;;) {
    const end = skipValue(raw, at);
    if (end < 0 || end > array.end) return undefined;
    items.push({ start: at, end });
    at = skipSpace(raw, end);
    if (raw[at] === CLOSE_BRACKET) return items;
    if (raw[at] !== COMMA) return undefined;
    at = skipSpace(raw, at + 1);
  }
}

function skipSpace(raw: Buffer, from: number): number {
  let at = from;
  for (;;) {
    const byte = raw[at];
    if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) at++;
    else return at;
  }
}

/** @returns the index behind the closing quote, or -1 */
function skipString(raw: Buffer, from: number): number {
  let at = from;
  for (;;) {
    at = raw.indexOf(QUOTE, at + 1);
    if (at < 0) return -1;
    let slashes = 0;
    while (raw[at - 1 - slashes] === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return at + 1;
  }
}

/** @returns the index behind the value, or -1 */
function skipValue(raw: Buffer, from: number): number {
  const first = raw[from];
  if (first === QUOTE) return skipString(raw, from);
  if (first !== OPEN_BRACE && first !== OPEN_BRACKET) {
    let at = from;
    for (;;) {
      const byte = raw[at];
      if (byte === undefined || byte === COMMA || byte === CLOSE_BRACE || byte === CLOSE_BRACKET || byte <= 0x20) break;
      at++;
    }
    return at === from ? -1 : at;
  }
  let depth = 0;
  let at = from;
  while (at < raw.length) {
    const byte = raw[at];
    if (byte === QUOTE) {
      at = skipString(raw, at);
      if (at < 0) return -1;
      continue;
    }
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth++;
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      depth--;
      if (depth === 0) return at + 1;
    }
    at++;
  }
  return -1;
}
