import type { FaultName } from "./faults.ts";

/** Parsed JSON whose shape nobody has vouched for. */
export type Json = Record<string, unknown>;

/** A tool that the request offers and its client would run. */
export interface ToolOffer {
  name: string;
  schema: Json;
}

/** What a request asks for, in words that no protocol owns. */
export interface Ask {
  /** The simulated provider's name: the first part of the path. */
  provider: string;
  wire: WireName;
  model: string;
  stream: boolean;
  system: string;
  /** What the user said last, without the client's own reminders. */
  userText: string;
  /** Results of the tools that the assistant's last turn called; empty when the last word is the user's. */
  toolResults: string[];
  tools: ToolOffer[];
  /** The provider itself is asked to search the web. */
  webSearch: boolean;
  /** `hidden`: thinks, but does not show the words. */
  thinking: "none" | "hidden" | "shown";
  /** The JSON schema that the answer must follow, where one was asked for. */
  schema?: Json;
  maxTokens?: number;
  stopSequences: string[];
  /** The unchanging beginning of the request, which a provider's prompt cache would hold. */
  prefix: string;
  /** True when the request or the protocol wants that prefix cached. */
  cacheable: boolean;
  body: Json;
  /** Lower-case names; credentials are masked. */
  headers: Readonly<Record<string, string>>;
}

/** One thing that an answer consists of. */
export type Part =
  | { type: "thinking"; text: string }
  | { type: "text"; text: string }
  | { type: "tool"; name: string; input: Json }
  | { type: "search"; query: string; results: readonly { title: string; url: string }[] };

/** What to answer. */
export interface Reply {
  parts: readonly Part[];
  /** Default: `tool` when a tool is called, else `end`. */
  stop?: "end" | "tool" | "length" | "stop-sequence" | "refusal";
  stopSequence?: string;
  /** Fail in this way instead of, or while, answering. */
  fault?: FaultName;
}

/** A reply that has its stop, its ids and its price. */
export interface Answer extends Reply {
  stop: NonNullable<Reply["stop"]>;
  usage: TokenCount;
  /** Letters and digits, fresh for each answer; ids of messages and calls are made from it. */
  id: string;
  /** Epoch seconds. */
  created: number;
}

/** Tokens of one exchange. The three kinds of input exclude each other; `thinking` is a part of `output`. */
export interface TokenCount {
  input: number;
  cacheRead: number;
  cacheWrite: number;
  output: number;
  thinking: number;
}

/** A piece of a stream, and what it belongs to, so that a fault can cut where it says it does. */
export interface Frame {
  at: "start" | "thinking" | "text" | "tool" | "end";
  bytes: string;
}

export type WireName = "anthropic" | "openai-chat" | "openai-responses" | "gemini";

/** One protocol, as a provider speaks it. */
export interface SimulatedWire {
  readonly name: WireName;
  /** @returns what a real provider would complain about, in words for the client, or undefined */
  complaint(body: Json): string | undefined;
  /** `fromPath` is what the path says for protocols that put it there. */
  read(body: Json, fromPath: { model?: string; stream?: boolean }): Omit<Ask, "provider" | "wire" | "body" | "headers">;
  frames(ask: Ask, answer: Answer): Frame[];
  whole(ask: Ask, answer: Answer): Json;
  /** The body of an error answer. */
  error(status: number, type: string, message: string): Json;
  /** An error as an event of a stream that has begun with status 200. */
  errorFrame(type: string, message: string): string;
}

export function record(value: unknown): Json {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

export function records(value: unknown): Json[] {
  return Array.isArray(value) ? value.map(record) : [];
}

export function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** What Claude Code adds to the user's words; some wires join it with them. */
const REMINDERS = /<system-reminder>[\s\S]*?<\/system-reminder>/g;

/** The words in a content that is a string or a list of parts with `text`, without the client's own reminders. */
export function words(content: unknown): string {
  const said = typeof content === "string" ? [content] : records(content).map((part) => text(part.text));
  return said
    .map((part) => part.replace(REMINDERS, "").trim())
    .filter((part) => part !== "")
    .join("\n");
}

/** What was said last: the newest of these contents that holds words. */
export function lastWords(contents: readonly unknown[]): string {
  return contents.map(words).findLast((said) => said !== "") ?? "";
}

/** All of the prompt, as protocols count it that do not tell the cache's share apart. */
export function promptTokens({ input, cacheRead, cacheWrite }: TokenCount): number {
  return input + cacheRead + cacheWrite;
}

/** An event with a name, as Anthropic and the Responses API write it. */
export function namedEvent(data: Json): string {
  return `event: ${text(data.type)}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** An event without a name, as Chat Completions and Gemini write it. */
export function bareEvent(data: Json | string): string {
  return `data: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`;
}

/** Cuts text into words with the space behind them: joined they are the text again. */
export function intoWords(value: string): string[] {
  return value.match(/\s*\S+\s*$|\s*\S+\s?/g) ?? (value === "" ? [] : [value]);
}

/** Cuts the JSON of a tool's input into pieces of a dozen characters, as providers do. */
export function intoPieces(value: string): string[] {
  return value.match(/[\s\S]{1,12}/gu) ?? [];
}
