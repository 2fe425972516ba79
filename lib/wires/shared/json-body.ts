import { Pieces } from "../../anthropic/splice.ts";
import type { UpstreamRequest } from "../wire.ts";

/** Texts are encoded into it and taken out when it is full. One for all: nobody waits while a body is written. */
const slab = Buffer.allocUnsafeSlow(64 * 1024);
/** No character of a string takes more bytes in UTF-8. */
const MOST_BYTES_A_CHARACTER = 3;

/** Items of a list as JSON that `jsonBody` takes as it is; nothing where there are none. */
export type JsonItems = readonly Buffer[];

/** @param items anything but a list has none */
export function jsonItems(items: unknown): JsonItems {
  return Array.isArray(items) && items.length > 0 ? [Buffer.from(JSON.stringify(items).slice(1, -1))] : [];
}

/**
 * JSON of an object, with `tools` at its end. Lists are written item by item: a single character beyond Latin-1 makes V8
 * hold the text that it stands in at two bytes a character, which takes twice the time, and every long conversation has
 * one somewhere. Bytes in a list are JSON already.
 * @param tools they are the same in every turn of a session, and not written anew
 */
export function jsonBody(fields: Readonly<Record<string, unknown>>, tools: JsonItems = []): Pieces {
  const out = new ByteWriter();
  let before = "{";
  for (const [name, value] of Object.entries(tools.length > 0 ? { ...fields, tools } : fields)) {
    if (value === undefined) continue;
    out.write(`${before}${JSON.stringify(name)}:`);
    if (Array.isArray(value)) writeItems(out, value);
    else out.write(JSON.stringify(value));
    before = ",";
  }
  out.write(before === "{" ? "{}" : "}");
  return out.end();
}

/** An object that ends with another. @param before its JSON until there */
export function enclosed(before: string, inner: UpstreamRequest["body"]): Pieces {
  const parts = inner instanceof Pieces ? inner.parts : [bytesOf(inner)];
  return new Pieces([Buffer.from(before), ...parts, Buffer.from("}")]);
}

/** A body in one piece. */
export function bytesOf(body: UpstreamRequest["body"]): Buffer {
  if (body instanceof Pieces) return body.toBuffer();
  return typeof body === "string" ? Buffer.from(body) : body;
}

function writeItems(out: ByteWriter, items: readonly unknown[]): void {
  let before = "[";
  for (const item of items) {
    out.write(before);
    if (Buffer.isBuffer(item)) out.add(item);
    else out.write(JSON.stringify(item) ?? "null");
    before = ",";
  }
  out.write(before === "[" ? "[]" : "]");
}

/** Puts texts and bytes behind each other. */
class ByteWriter {
  readonly #parts: Buffer[] = [];
  #used = 0;

  write(text: string): void {
    const most = text.length * MOST_BYTES_A_CHARACTER;
    if (most > slab.length) return this.add(Buffer.from(text));
    if (most > slab.length - this.#used) this.#takeOut();
    this.#used += slab.write(text, this.#used);
  }

  add(bytes: Buffer): void {
    this.#takeOut();
    this.#parts.push(bytes);
  }

  end(): Pieces {
    this.#takeOut();
    return new Pieces(this.#parts);
  }

  #takeOut(): void {
    if (this.#used > 0) this.#parts.push(Buffer.from(slab.subarray(0, this.#used)));
    this.#used = 0;
  }
}
