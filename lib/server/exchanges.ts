import type { InboundRequest } from "../anthropic/request.ts";
import { Pieces } from "../anthropic/splice.ts";
import type { AttemptRecord } from "../journal/entry.ts";
import type { AttemptWatch } from "../relay/attempt.ts";
import type { ClientReply } from "../relay/client-reply.ts";

/** A request's header by which its sender asks to keep the bodies of this one: the page's Test tab does. */
export const KEEP_HEADER = "x-ccm-keep";

/** Headers as Node gives and takes them. Hold secrets: they are masked when they are shown. */
export type RawHeaders = Readonly<Record<string, string | readonly string[] | number | undefined>>;

/** What went one way. `body` is absent where bodies are not kept. */
export interface Passage {
  headers: RawHeaders;
  body?: Buffer[];
  /** Of the whole body, also of what was not kept. */
  bytes: number;
}

/** One try at a provider, on the line. */
export interface UpstreamPassage {
  provider: string;
  url: string;
  sent: Passage;
  status?: number;
  answer?: Passage;
}

/** One request as it travelled: what the client sent and got, and what each provider was sent and answered. */
export interface Exchange {
  path: string;
  request: Passage;
  status?: number;
  answer?: Passage;
  upstream: UpstreamPassage[];
  /** Bytes of bodies that it holds. */
  kept: number;
}

/** So many requests are remembered. Beyond these bytes of bodies the oldest go first. */
const MOST_KEPT = 200;
const MOST_BYTES = 48 * 1024 * 1024;
/** More than this of one body is not kept; but a request is kept whole, or it could not be sent again. */
const MOST_OF_ONE = 256 * 1024;

/**
 * The last requests as they travelled, for the page's detail view: headers of all of them, bodies only of those that were
 * to be kept. In memory only; nothing of it is ever written down, and nothing of it is shown unmasked.
 */
export class Exchanges {
  readonly #kept = new Map<string, Exchange>();
  #bytes = 0;

  find(id: string): Exchange | undefined {
    return this.#kept.get(id);
  }

  /** @param bodies keep them as well */
  begin(id: string, path: string, { headers, raw }: InboundRequest, bodies: boolean): ExchangeRecorder {
    const exchange: Exchange = { path, request: { headers, bytes: raw.length }, upstream: [], kept: 0 };
    this.#kept.set(id, exchange);
    const grown = (bytes: number): void => {
      exchange.kept += bytes;
      if (this.#kept.get(id) === exchange) this.#bytes += bytes;
      this.#forget();
    };
    if (bodies) exchange.request.body = [raw];
    grown(bodies ? raw.length : 0);
    return new ExchangeRecorder(exchange, bodies, grown);
  }

  #forget(): void {
    for (const [id, { kept }] of this.#kept) {
      if (this.#kept.size <= MOST_KEPT && this.#bytes <= MOST_BYTES) return;
      this.#kept.delete(id);
      this.#bytes -= kept;
    }
  }
}

/** Writes down one request while it travels. */
export class ExchangeRecorder {
  readonly #exchange: Exchange;
  readonly #bodies: boolean;
  readonly #grown: (bytes: number) => void;

  /** @param grown told how many bytes of bodies came to be kept */
  constructor(exchange: Exchange, bodies: boolean, grown: (bytes: number) => void) {
    this.#exchange = exchange;
    this.#bodies = bodies;
    this.#grown = grown;
  }

  /** @returns the reply to go on with */
  watchReply(reply: ClientReply): ClientReply {
    if (!this.#bodies) return reply;
    const exchange = this.#exchange;
    const keep = (part: Buffer | string | undefined): void => this.#keep(exchange.answer, part);
    return {
      get gone() {
        return reply.gone;
      },
      onGone: (listener) => reply.onGone(listener),
      onDrain: (listener) => reply.onDrain(listener),
      begin: (status, headers) => {
        exchange.status = status;
        exchange.answer = this.#empty(headers);
        reply.begin(status, headers);
      },
      write(part) {
        keep(part);
        return reply.write(part);
      },
      end(part) {
        keep(part);
        reply.end(part);
      },
    };
  }

  /** Sees one try. */
  watchAttempt({ provider }: AttemptRecord): AttemptWatch {
    const { upstream } = this.#exchange;
    let passage: UpstreamPassage | undefined;
    return {
      sent: ({ url, headers, body }) => {
        passage = { provider, url, sent: this.#empty(headers) };
        for (const part of body instanceof Pieces ? body.parts : [body]) this.#keep(passage.sent, part);
        upstream.push(passage);
      },
      answered: (status, headers) => {
        if (!passage) return;
        passage.status = status;
        passage.answer = this.#empty(headers);
      },
      ...(this.#bodies && { took: (part) => this.#keep(passage?.answer, part) }),
    };
  }

  #empty(headers: RawHeaders): Passage {
    return { headers, bytes: 0, ...(this.#bodies && { body: [] }) };
  }

  #keep(passage: Passage | undefined, part: Buffer | string | undefined): void {
    if (!passage || part === undefined) return;
    const room = MOST_OF_ONE - passage.bytes;
    passage.bytes += Buffer.byteLength(part);
    if (!passage.body || room <= 0) return;
    const piece = Buffer.from(part).subarray(0, room);
    passage.body.push(piece);
    this.#grown(piece.length);
  }
}
