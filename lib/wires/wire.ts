import type { InboundRequest } from "../anthropic/request.ts";
import type { Pieces } from "../anthropic/splice.ts";
import type { MessageAnswer, StopReason, Usage } from "../anthropic/types.ts";
import type { Failure } from "../catalog/failure-reasons.ts";
import type { Capabilities, ProviderType } from "../catalog/types.ts";
import type { WireId } from "../catalog/wire-ids.ts";

/** What a wire needs to know of the provider and model that an attempt goes to. No credential: those are added later. */
export interface Target {
  /** The configured provider's name. */
  provider: string;
  type: ProviderType;
  /** Without a trailing slash. */
  baseUrl: string;
  /** For the address of every request; see `addressed`. */
  query?: string | undefined;
  /** The upstream's own model id. */
  model: string;
  capabilities: Capabilities;
  /** vertex-ai only. */
  project?: string;
  location?: string;
}

/** A request ready for the upstream but for its credential. Headers are lower case; content-length is set by the client. */
export interface UpstreamRequest {
  method: "POST" | "GET";
  url: string;
  headers: Record<string, string>;
  body: Buffer | string | Pieces;
  /** What the request lost on the way because the protocol or the vendor has no place for it, in plain words for the journal. */
  notes?: readonly string[];
}

/**
 * Turns an upstream's streamed answer into Anthropic's events. Bytes go in as they come, cut anywhere; what comes out are
 * whole events, ready for the client. Pure: no timers, no sockets.
 */
export interface StreamTranslator {
  /** Feeds bytes; returns the events that they complete (may be empty). */
  push(chunk: Buffer): Buffer | string;
  /**
   * The upstream ended, or was cut; returns what is still to be said. Afterwards `phase` is `complete` or `failed`. A stream
   * that was cut before it was whole returns nothing here: the relay decides whether to fail over or to ask `fail` for the honest end.
   */
  end(): Buffer | string;
  /**
   * The honest end of a stream that broke after content, whoever found it broken (an error event or a cut seen by the
   * translator itself, a reset or a silence seen by the relay): closes an open text block, leaves an open tool or thinking
   * block open, adds the `error` event. Called at most once, never after `complete`.
   */
  fail(failure: Failure, requestId: string): Buffer | string;
  /**
   * `before`: nothing that a user would miss has been returned, so another provider may still take over unseen.
   * `content`: real content has been returned. `complete`: the protocol's own terminal event was seen and told.
   * `failed`: see `failure`; nothing more will be returned.
   */
  readonly phase: "before" | "content" | "complete" | "failed";
  readonly failure: Failure | undefined;
  /** The answer is known to be whole, though the protocol's last word is missing: `end` would add it. */
  readonly isWhole?: boolean;
  /** What the upstream reported so far. */
  readonly usage: Usage;
  readonly stopReason: StopReason | string | null;
  /** The model that the upstream says has answered. */
  readonly servedModel: string | undefined;
  /** Oddities of the answer that were put up with, in plain words for the journal. */
  readonly notes?: readonly string[];
}

export interface TranslationContext {
  inbound: InboundRequest;
  target: Target;
  /** Fresh message id, `msg_` and letters or digits. */
  messageId: string;
}

/** A whole (not streamed) answer in Anthropic's shape, or why it is none. */
export type WholeAnswer =
  | { ok: true; body: Buffer; usage: Usage; stopReason: StopReason | string | null; servedModel?: string }
  | { ok: false; failure: Failure; usage?: Usage };

/** An answer that was given without asking the upstream. */
export interface LocalAnswer {
  message: MessageAnswer;
  /**
   * `at_once`: nobody needs to be asked. `last_resort`: another provider could do better (its `request` may not throw
   * `CannotCarry`); the answer is for when there is none.
   */
  when: "at_once" | "last_resort";
}

/** One upstream protocol. */
export interface Wire {
  readonly id: WireId;
  /** @throws {CannotCarry} when this protocol has no place for something the request needs. */
  request(inbound: InboundRequest, target: Target): UpstreamRequest;
  /** An answer of our own where the upstream could only refuse or pretend: a probe for no tokens, a web search it cannot do. */
  localAnswer?(context: TranslationContext): LocalAnswer | undefined;
  stream(context: TranslationContext): StreamTranslator;
  answer(body: Buffer, context: TranslationContext): WholeAnswer;
  /** Asks the upstream to count tokens; absent where the protocol cannot. */
  countTokens?: {
    request(inbound: InboundRequest, target: Target): UpstreamRequest;
    /** @returns the number of input tokens, or undefined when the answer makes no sense. */
    read(body: Buffer): number | undefined;
  };
}

/** The request with the query that belongs to the provider's base URL. */
export function addressed(request: UpstreamRequest, { query }: Target): UpstreamRequest {
  if (query === undefined) return request;
  return { ...request, url: `${request.url}${request.url.includes("?") ? "&" : "?"}${query}` };
}

/** Thrown by `Wire.request`: the protocol cannot carry this request; `message` says what and names the field. */
export class CannotCarry extends Error {
  /** `capability`: another provider may be able to. `bad_request`: nobody can. `other_form`: the client sends it again so that all can. */
  readonly reason: "capability" | "bad_request" | "other_form";
  constructor(message: string, reason: "capability" | "bad_request" | "other_form" = "capability") {
    super(message);
    this.name = "CannotCarry";
    this.reason = reason;
  }
}
