/**
 * @module A client that breaks off and asks the same again right away gets the answer that is under way, from its beginning,
 * instead of a second one from scratch.
 */
import type { ClientReply } from "../relay/client-reply.ts";
import type { Timers } from "../relay/timers.ts";
import { type Awaiting, HeldReply, type Kept } from "./held-reply.ts";

/** A client that is not back by then is gone, and what it asked for is stopped. */
const MOMENT_MS = 100;
/** A client whose own time limit ran out has not gone: it waits for its backoff. Claude Code is back after 0.6, 1.2, 2.4 s. */
const BACKOFF_MS = 5_000;
/** So many are waited for that long, beside those that are served; whoever leaves then is gone after a moment. */
const MOST_AWAITED = 16;
/** How exactly a client meets its own limit. */
const LIMIT_SLACK_MS = 1_000;
/** In which header the clients that are made with the official SDKs tell their limit, in seconds. */
const LIMIT_HEADER = "x-stainless-timeout";
/** Bytes that are kept of one answer, and of all of them. An answer that has grown larger cannot be told again. */
const MOST_KEPT = { each: 256 * 1024, all: 8 * 1024 * 1024 };

/** Two requests are the same when these agree, their path and their body. */
const TELLING_HEADERS = [
  "authorization",
  "x-api-key",
  "x-claude-code-session-id",
  "x-claude-code-request-class",
  "anthropic-version",
  "anthropic-beta",
  "x-ccm-provider",
  "x-provider",
  "x-ccm-simulate",
] as const;

/** A request, as far as it tells whether another is the same. */
export class Asked {
  readonly path: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  #body: Buffer;

  constructor(path: string, headers: Asked["headers"], body: Buffer) {
    this.path = path;
    this.headers = headers;
    this.#body = body;
  }

  /** Nobody will be compared with it any more. */
  letGo(): void {
    this.#body = NO_BYTES;
  }

  isSame(other: Asked): boolean {
    return (
      this.path === other.path &&
      TELLING_HEADERS.every((name) => this.headers[name] === other.headers[name]) &&
      this.#body.equals(other.#body)
    );
  }
}

const NO_BYTES = Buffer.alloc(0);

/** A request under way, whose client may leave and be back. */
interface Served {
  asked: Asked;
  reply: HeldReply;
  /** When its client came, or came back, by the clock of `Comebacks`. */
  since: number;
  /** Settles when its answer is over. */
  done: Promise<void>;
}

/** The clients that have just left. */
export class Comebacks {
  readonly #timers: Timers;
  readonly #now: () => number;
  readonly #left = new Set<Served>();
  /** Of these, those that are waited for longer than a moment. */
  #awaited = 0;
  #total = 0;
  readonly #kept: Kept = { bytes: 0, mostEach: MOST_KEPT.each, mostInAll: MOST_KEPT.all };

  /** @param now ms on any clock that is never set back */
  constructor(timers: Timers, now: () => number = () => performance.now()) {
    this.#timers = timers;
    this.#now = now;
  }

  /** How many clients are waited for. */
  get waitedFor(): number {
    return this.#left.size;
  }

  /** How often a client has come back, since the start. */
  get total(): number {
    return this.#total;
  }

  /**
   * Answers a request: with what is under way for the same one whose client has just left, else through `answer`.
   * @param answer answers to the reply that it is handed, to its end
   */
  async serve(asked: Asked, client: ClientReply, answer: (reply: HeldReply) => Promise<void>): Promise<void> {
    const before = this.#left.size === 0 ? undefined : this.#find(asked);
    if (before && !client.gone) {
      this.#total++;
      before.since = this.#now();
      before.reply.takeUp(client);
      return await before.done;
    }
    const since = this.#now();
    const reply: HeldReply = new HeldReply(client, this.#kept, () => this.#await(served));
    const done = answer(reply)
      .then(() => reply.present())
      .finally(() => reply.close());
    const served: Served = { asked, reply, since, done };
    await done;
  }

  #await(left: Served): Awaiting {
    const isLong = isAtItsLimit(left, this.#now() - left.since) && this.#awaited < MOST_AWAITED;
    this.#left.add(left);
    if (isLong) this.#awaited++;
    const limit = this.#timers.after(isLong ? BACKOFF_MS : MOMENT_MS, () => left.reply.giveUp());
    const end = (): void => {
      limit.cancel();
      this.#left.delete(left);
      if (isLong) this.#awaited--;
    };
    return { end, isLong };
  }

  #find(now: Asked): Served | undefined {
    return [...this.#left].findLast(({ asked }) => asked.isSame(now));
  }
}

/** The client's own limit has just run out, and it has nothing of the answer yet. @param ms that it has waited */
function isAtItsLimit({ asked, reply }: Served, ms: number): boolean {
  const limitMs = Number(asked.headers[LIMIT_HEADER] ?? Number.NaN) * 1_000;
  return !reply.hasBegun && Math.abs(ms - limitMs) <= LIMIT_SLACK_MS;
}
