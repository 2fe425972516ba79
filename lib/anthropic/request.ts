import { type LazyFacts, type RequestFacts, readFacts } from "./facts.ts";
import { type Inside, isTooDeep, MAX_DEPTH, type Range, type Signs, scanTopLevel, type TopLevel } from "./scan.ts";
import { withoutSeams } from "./seam.ts";
import type { MessagesBody } from "./types.ts";

/** Thrown when a body is no JSON object or lacks what every request needs. `message` is for the client. */
export class BadBody extends Error {
  override readonly name = "BadBody";
}

/** What a client of OpenAI's protocols asks for that a Messages body has no place for, under the names of Chat Completions. */
export interface Extras {
  /** They change the answer: a provider that has no place for one of them cannot serve the request. */
  demands: Readonly<Record<string, unknown>>;
  /** A provider that has no place for one of them serves the request without. */
  wishes: Readonly<Record<string, unknown>>;
}

/**
 * A client's request: its bytes, untouched, and what routing needs to know of them. The tree is parsed only when a wire
 * asks for it, and only once.
 */
export interface InboundRequest {
  readonly raw: Buffer;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly top: TopLevel;
  readonly facts: RequestFacts;
  /** Where each item of `messages` stands in `raw`. */
  readonly messages: readonly Range[];
  readonly signs: Signs;
  /**
   * Present, if empty, where the client speaks OpenAI's protocols: its request was translated, so that thinking and limits are
   * not those of somebody who knows the model.
   */
  readonly extras?: Extras;
  /** The parsed body. Treat as read-only: attempts share it. */
  tree(): MessagesBody;
  /**
   * Lets go of the bytes and of all that was made of them but the facts: nobody will send or read the request any more, and
   * its answer may take minutes.
   */
  letGo(): void;
}

const NO_BYTES = Buffer.alloc(0);
const NO_FIELDS: TopLevel = new Map();

/**
 * Reads a `POST /v1/messages` body without parsing it whole. A body with doubled or escaped top-level keys, which readers
 * could understand differently, is written anew, so that all who see it see the same.
 * @param headers with lower-case names
 * @throws {BadBody} when the bytes are no JSON object with a model and messages
 */
export function readRequest(
  raw: Buffer,
  headers: Readonly<Record<string, string | undefined>>,
  extras?: Extras,
): InboundRequest {
  const request = scanned(raw, headers) ?? scanned(writtenAnew(raw), headers);
  if (!request) throw new Error("a body that was parsed and written anew cannot be scanned");
  return extras ? Object.assign(request, { extras }) : request;
}

function scanned(raw: Buffer, headers: InboundRequest["headers"]): InboundRequest | undefined {
  const signs = { unsealed: false, carrier: false, system: false, foreignId: false };
  const inside: Inside = { messages: [], tools: [], typeWords: [], signs };
  const top = scanTopLevel(raw, inside);
  const seamless = top ? withoutSeams(raw, inside.messages, inside.typeWords) : raw;
  if (seamless !== raw) return scanned(seamless, headers);
  const facts = top && readFacts(raw, top, inside);
  return facts && lazyRequest({ raw, headers, top, facts, messages: inside.messages, signs });
}

/** @throws {BadBody} */
function writtenAnew(raw: Buffer): Buffer {
  if (isTooDeep(raw)) throw new BadBody(`the body nests deeper than ${MAX_DEPTH} levels`);
  return Buffer.from(JSON.stringify(parseBody(raw)));
}

/** All that a request is before anybody has asked for its tree. */
interface Read extends Omit<InboundRequest, "tree" | "letGo"> {
  raw: Buffer;
  top: TopLevel;
  messages: readonly Range[];
  readonly facts: LazyFacts;
}

function lazyRequest(read: Read): InboundRequest {
  let tree: MessagesBody | undefined;
  const request = {
    ...read,
    tree: () => (tree ??= parseBody(request.raw)),
    letGo() {
      request.facts.settle();
      Object.assign(request, { raw: NO_BYTES, top: NO_FIELDS, messages: [] });
      tree = undefined;
    },
  };
  return request;
}

function parseBody(raw: Buffer): MessagesBody {
  let value: unknown;
  try {
    value = JSON.parse(raw.toString("utf8"));
  } catch (error) {
    // The parser's own message quotes the body, which must not get into a log.
    const position = /position (\d+)/.exec(String(error))?.[1];
    throw new BadBody(`the body is not valid JSON${position === undefined ? "" : ` (at character ${position})`}`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new BadBody("the body must be a JSON object");
  const body = value as Partial<MessagesBody>;
  if (typeof body.model !== "string" || body.model === "") throw new BadBody("model: a non-empty string is required");
  if (!Array.isArray(body.messages)) throw new BadBody("messages: an array is required");
  return body as MessagesBody;
}
