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

/** What stands inside the two long arrays of a request, found by the walk that finds the top-level keys. */
export interface Inside {
  /** The items of `messages`. */
  messages: Range[];
  /** The items of `tools`; `keys` is undefined where the item is odd, as for `scanObject`. */
  tools: (Range & { keys: TopLevel | undefined })[];
  /** Where in `messages` a string begins that may be the type of a block with a meaning of its own: few, or none. */
  typeWords: number[];
  signs: Signs;
}

/** Whether `messages` hold values that seldom matter, so that nobody has to look for them anew. */
export interface Signs {
  /** An empty string where the maker of a block would have sealed it. */
  unsealed: boolean;
  /** A string that begins as what we pack into signatures. */
  carrier: boolean;
  /** The string `"system"`. */
  system: boolean;
  /** A tool's call or result with an id that Anthropic's servers do not take, such as `functions.Bash:0`. */
  foreignId: boolean;
}

/** Does the word stand in this part of the document? */
export function holds(raw: Buffer, { start, end }: Range, word: string): boolean {
  return raw.subarray(start, end).includes(word);
}

/**
 * Finds the top-level keys of a JSON document that is one object, without building its values.
 * Structure (brackets, commas, colons, literals) is checked; the inside of strings is skipped by looking for the next
 * quote, so that the cost is a fraction of a parse. A string with a bad escape therefore passes here and fails in the
 * parser that finally reads it.
 * @param inside filled on the way, so that nothing has to be walked over twice
 * @returns undefined for anything odd (no object, duplicate or escaped keys, trailing bytes): parse properly then
 */
export function scanTopLevel(raw: Buffer, inside?: Inside): TopLevel | undefined {
  const start = skipSpace(raw, 0);
  let end = raw.length;
  while (end > start && isSpace(raw[end - 1])) end--;
  const keys = new Map<string, Range>();
  const skip: Skip = (key, at) => (inside && skipInside(raw, key, at, inside)) ?? skipValue(raw, at);
  return walkObject(raw, start, keys, skip) === end ? keys : undefined;
}

/**
 * The keys of an object inside the document.
 * @returns ranges into the whole buffer, or undefined as for `scanTopLevel`
 */
export function scanObject(raw: Buffer, object: Range): TopLevel | undefined {
  const keys = new Map<string, Range>();
  return walkObject(raw, object.start, keys, (_key, at) => skipValue(raw, at)) === object.end ? keys : undefined;
}

/** @returns ranges of the array's items, or undefined when the range is no well-formed array */
export function scanItems(raw: Buffer, array: Range): Range[] | undefined {
  const items: Range[] = [];
  const end = walkItems(raw, array.start, (at) => {
    const end = skipValue(raw, at);
    items.push({ start: at, end });
    return end;
  });
  return end === array.end ? items : undefined;
}

/** Steps over the value of a key. @returns the index behind it, or -1 */
type Skip = (key: string, at: number) => number;

/** @returns undefined where there is nothing to look into */
function skipInside(raw: Buffer, key: string, at: number, inside: Inside): number | undefined {
  if (raw[at] !== OPEN_BRACKET) return undefined;
  if (key === "messages")
    return walkItems(raw, at, (start) => {
      const end = skipValue(raw, start, inside);
      inside.messages.push({ start, end });
      return end;
    });
  if (key === "tools")
    return walkItems(raw, at, (start) => {
      const keys = new Map<string, Range>();
      const whole = walkObject(raw, start, keys, (_key, from) => skipValue(raw, from));
      const end = whole < 0 ? skipValue(raw, start) : whole;
      inside.tools.push({ start, end, keys: whole < 0 ? undefined : keys });
      return end;
    });
  return undefined;
}

/** @returns the index behind the object, or -1 when it is none or has escaped or doubled keys */
function walkObject(raw: Buffer, from: number, keys: Map<string, Range>, skip: Skip): number {
  if (raw[from] !== OPEN_BRACE) return -1;
  let at = skipSpace(raw, from + 1);
  if (raw[at] === CLOSE_BRACE) return at + 1;
  for (;;) {
    const keyEnd = raw[at] === QUOTE ? skipString(raw, at) : -1;
    if (keyEnd < 0) return -1;
    const key = raw.toString("utf8", at + 1, keyEnd - 1);
    if (key.includes("\\") || keys.has(key)) return -1;
    at = skipSpace(raw, keyEnd);
    if (raw[at] !== COLON) return -1;
    const start = skipSpace(raw, at + 1);
    const end = skip(key, start);
    if (end < 0) return -1;
    keys.set(key, { start, end });
    at = skipSpace(raw, end);
    if (raw[at] === CLOSE_BRACE) return at + 1;
    if (raw[at] !== COMMA) return -1;
    at = skipSpace(raw, at + 1);
  }
}

/** @returns the index behind the array, or -1 */
function walkItems(raw: Buffer, from: number, skip: (at: number) => number): number {
  if (raw[from] !== OPEN_BRACKET) return -1;
  let at = skipSpace(raw, from + 1);
  if (raw[at] === CLOSE_BRACKET) return at + 1;
  for (;;) {
    const end = skip(at);
    if (end < 0) return -1;
    at = skipSpace(raw, end);
    if (raw[at] === CLOSE_BRACKET) return at + 1;
    if (raw[at] !== COMMA) return -1;
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
 * @param inside is told of the strings that matter to somebody
 * @returns the index behind the value, or -1
 */
function skipValue(raw: Buffer, from: number, inside?: Inside): number {
  const closers: number[] = [];
  let at = from;
  while (at >= 0) {
    const closer = closerOf(raw[at]);
    if (closer === undefined) {
      const start = at;
      at = raw[at] === QUOTE ? skipString(raw, at) : skipLiteral(raw, at);
      if (inside && raw[start] === QUOTE) {
        notice(raw, start, at, inside);
        if (closers.length === DEPTH_OF_BLOCKS) inside.signs.foreignId ||= isForeignId(raw, start, at);
      }
    } else {
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

/** So many objects and lists of a message are open where a field of a block of its content stands. */
const DEPTH_OF_BLOCKS = 3;

/** Types of blocks that somebody looks for: pictures, documents, and the seam of two answers. */
const TYPE_WORDS = ['"image"', '"document"', '"fallback"'].map((word) => Buffer.from(word));
const LENGTHS = TYPE_WORDS.map(({ length }) => length);
const SHORTEST_WORD = Math.min(...LENGTHS);
const LONGEST_WORD = Math.max(...LENGTHS);

const SYSTEM = Buffer.from('"system"');
const CARRIER = Buffer.from('"ccm1.');
const SEALS = ["signature", "encrypted_content", "encrypted_index"].map((key) => Buffer.from(JSON.stringify(key)));

function notice(raw: Buffer, start: number, end: number, { typeWords, signs }: Inside): void {
  const length = end - start;
  if (length === 2) signs.unsealed ||= isOfSeal(raw, start);
  else if (isTypeWord(raw, start, end)) typeWords.push(start);
  else if (length === SYSTEM.length) signs.system ||= begins(raw, start, SYSTEM);
  else if (length > CARRIER.length) signs.carrier ||= begins(raw, start, CARRIER);
}

/** Many a text is empty, such as thinking that is not shown, so the key is looked at. */
function isOfSeal(raw: Buffer, start: number): boolean {
  const end = endOfKey(raw, start);
  return SEALS.some((key) => standsBefore(raw, end, key));
}

/** @param end behind the closing quote of the string that begins at `start` */
function isForeignId(raw: Buffer, start: number, end: number): boolean {
  if (!isOfId(raw, start)) return false;
  for (let at = start + 1; at < end - 1; at++) if (!isOfIds(raw[at] ?? 0)) return true;
  return false;
}

const ID = Buffer.from('"id"');
const RESULTS_ID = Buffer.from('"tool_use_id"');
const LETTER_D = 0x64;

/** Asked of nearly every field of every block: most are told from an id by one byte, and no part of the buffer is cut out. */
function isOfId(raw: Buffer, start: number): boolean {
  const end = endOfKey(raw, start);
  return raw[end - 2] === LETTER_D && (standsBefore(raw, end, ID) || standsBefore(raw, end, RESULTS_ID));
}

function standsBefore(raw: Buffer, end: number, key: Buffer): boolean {
  for (let at = 1; at <= key.length; at++) if (raw[end - at] !== key[key.length - at]) return false;
  return true;
}

/** A letter, a digit, `_` or `-`: Anthropic takes no others in an id. */
function isOfIds(byte: number): boolean {
  const letter = byte | 0x20; // in lower case
  return (letter >= 0x61 && letter <= 0x7a) || (byte >= 0x30 && byte <= 0x39) || byte === 0x5f || byte === 0x2d;
}

/** @returns the index behind the key of the value that begins at `start`, or 0 where it has none */
function endOfKey(raw: Buffer, start: number): number {
  const colon = endOfText(raw, start) - 1;
  return raw[colon] === COLON ? endOfText(raw, colon) : 0;
}

/** @returns the index behind the last byte before `at` that is no space */
function endOfText(raw: Buffer, at: number): number {
  let end = at;
  while (isSpace(raw[end - 1])) end--;
  return end;
}

function begins(raw: Buffer, start: number, word: Buffer): boolean {
  return raw[start + 1] === word[1] && word.equals(raw.subarray(start, start + word.length));
}

function isTypeWord(raw: Buffer, start: number, end: number): boolean {
  const length = end - start;
  if (length !== SHORTEST_WORD && length !== LONGEST_WORD) return false;
  for (const word of TYPE_WORDS) if (raw[start + 1] === word[1] && word.equals(raw.subarray(start, end))) return true;
  return false;
}

function closerOf(opener: number | undefined): number | undefined {
  return opener === OPEN_BRACE ? CLOSE_BRACE : opener === OPEN_BRACKET ? CLOSE_BRACKET : undefined;
}

/** @returns where the value begins: behind its key in an object, right here in an array; -1 where there is no key */
function nextValue(raw: Buffer, at: number, closer: number): number {
  return closer === CLOSE_BRACE ? skipKey(raw, at) : at;
}
