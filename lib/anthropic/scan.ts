/** Byte range of a value, `end` exclusive. */
export interface Range {
  start: number;
  end: number;
}

/** The keys of a JSON object with the bytes of their values. */
export type TopLevel = ReadonlyMap<string, Range>;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COMMA = 0x2c;
const COLON = 0x3a;

/** Nothing that is meant to be read nests deeper; what does would exhaust the stack or the memory of whoever parses it. */
export const MAX_DEPTH = 1_000;

const LITERAL = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)$/;

/**
 * Finds the top-level keys of a JSON document that is one object, without building its values.
 * Structure (brackets, commas, colons, literals) is checked; the inside of strings is skipped by looking for the next
 * quote, so that the cost is a fraction of a parse. A string with a bad escape therefore passes here and fails in the
 * parser that finally reads it.
 * @returns undefined for anything odd (no object, duplicate or escaped keys, trailing bytes): parse properly then
 */
export function scanTopLevel(raw: Buffer): TopLevel | undefined {
  const start = skipSpace(raw, 0);
  let end = raw.length;
  while (end > start && isSpace(raw[end - 1])) end--;
  return scanObject(raw, { start, end });
}

/**
 * The keys of an object inside the document.
 * @returns ranges into the whole buffer, or undefined as for `scanTopLevel`
 */
export function scanObject(raw: Buffer, object: Range): TopLevel | undefined {
  if (raw[object.start] !== OPEN_BRACE) return undefined;
  const keys = new Map<string, Range>();
  let at = skipSpace(raw, object.start + 1);
  if (raw[at] === CLOSE_BRACE) return at + 1 === object.end ? keys : undefined;
  for (;;) {
    const keyStart = at;
    const start = skipKey(raw, keyStart);
    if (start < 0) return undefined;
    const key = raw.toString("utf8", keyStart + 1, raw.lastIndexOf(QUOTE, start - 1));
    if (key.includes("\\") || keys.has(key)) return undefined;
    const end = skipValue(raw, start);
    if (end < 0) return undefined;
    keys.set(key, { start, end });
    at = skipSpace(raw, end);
    if (raw[at] === CLOSE_BRACE) return at + 1 === object.end ? keys : undefined;
    if (raw[at] !== COMMA) return undefined;
    at = skipSpace(raw, at + 1);
  }
}

/** @returns ranges of the array's items, or undefined when the range is no well-formed array */
export function scanItems(raw: Buffer, array: Range): Range[] | undefined {
  if (raw[array.start] !== OPEN_BRACKET) return undefined;
  const items: Range[] = [];
  let at = skipSpace(raw, array.start + 1);
  if (raw[at] === CLOSE_BRACKET) return at + 1 === array.end ? items : undefined;
  for (;;) {
    const end = skipValue(raw, at);
    if (end < 0) return undefined;
    items.push({ start: at, end });
    at = skipSpace(raw, end);
    if (raw[at] === CLOSE_BRACKET) return at + 1 === array.end ? items : undefined;
    if (raw[at] !== COMMA) return undefined;
    at = skipSpace(raw, at + 1);
  }
}

/** Does anything nest deeper than `MAX_DEPTH`? Asked before a parse of what could not be scanned. */
export function isTooDeep(raw: Buffer): boolean {
  let depth = 0;
  for (let at = 0; at < raw.length; at++) {
    const byte = raw[at];
    if (byte === QUOTE) {
      at = skipString(raw, at) - 1;
      if (at < 0) return false;
    } else if (closerOf(byte) !== undefined) {
      if (++depth > MAX_DEPTH) return true;
    } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) depth--;
  }
  return false;
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function skipSpace(raw: Buffer, from: number): number {
  let at = from;
  while (isSpace(raw[at])) at++;
  return at;
}

/**
 * Most strings are short keys, for which a loop is faster than the call into native code that finds quotes in long ones.
 */
const SHORT = 40;

/** @returns the index behind the closing quote, or -1 */
function skipString(raw: Buffer, from: number): number {
  const near = from + SHORT;
  for (let at = from + 1; at < near; at++) {
    const byte = raw[at];
    if (byte === QUOTE) return at + 1;
    if (byte === BACKSLASH) at++;
    else if (byte === undefined) return -1;
  }
  return skipLongString(raw, from);
}

function skipLongString(raw: Buffer, from: number): number {
  let at = from;
  for (;;) {
    at = raw.indexOf(QUOTE, at + 1);
    if (at < 0) return -1;
    let slashes = 0;
    while (raw[at - 1 - slashes] === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return at + 1;
  }
}

/** @returns the index behind the literal, or -1 */
function skipLiteral(raw: Buffer, from: number): number {
  let at = from;
  for (let byte = raw[at]; byte !== undefined; byte = raw[++at])
    if (byte === COMMA || byte === CLOSE_BRACE || byte === CLOSE_BRACKET || isSpace(byte)) break;
  return LITERAL.test(raw.toString("latin1", from, at)) ? at : -1;
}

/** @returns the index of the value that follows `"key":`, or -1 */
function skipKey(raw: Buffer, from: number): number {
  if (raw[from] !== QUOTE) return -1;
  const keyEnd = skipString(raw, from);
  if (keyEnd < 0) return -1;
  const at = skipSpace(raw, keyEnd);
  return raw[at] === COLON ? skipSpace(raw, at + 1) : -1;
}

/**
 * Walks over one value of any depth without recursion.
 * @returns the index behind the value, or -1
 */
function skipValue(raw: Buffer, from: number): number {
  const closers: number[] = [];
  let at = from;
  while (at >= 0) {
    const closer = closerOf(raw[at]);
    if (closer === undefined) at = raw[at] === QUOTE ? skipString(raw, at) : skipLiteral(raw, at);
    else {
      if (closers.length + 2 > MAX_DEPTH) return -1; // this one, and what holds the value
      at = skipSpace(raw, at + 1);
      if (raw[at] !== closer) {
        closers.push(closer);
        at = nextValue(raw, at, closer);
        continue;
      }
      at++;
    }
    if (at < 0) return -1;

    // A value has ended: close what it closes.
    while (closers.length > 0) {
      at = skipSpace(raw, at);
      if (raw[at] !== closers.at(-1)) break;
      closers.pop();
      at++;
    }
    const open = closers.at(-1);
    if (open === undefined) return at;
    at = raw[at] === COMMA ? nextValue(raw, skipSpace(raw, at + 1), open) : -1;
  }
  return -1;
}

function closerOf(opener: number | undefined): number | undefined {
  return opener === OPEN_BRACE ? CLOSE_BRACE : opener === OPEN_BRACKET ? CLOSE_BRACKET : undefined;
}

/** @returns where the value begins: behind its key in an object, right here in an array; -1 where there is no key */
function nextValue(raw: Buffer, at: number, closer: number): number {
  return closer === CLOSE_BRACE ? skipKey(raw, at) : at;
}
