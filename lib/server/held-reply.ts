import type { ClientReply } from "../relay/client-reply.ts";

/** How many bytes are kept of answers, and how many may be. */
export interface Kept {
  /** Of all answers together. */
  bytes: number;
  readonly mostEach: number;
  readonly mostInAll: number;
}

/** A client that has left is being waited for. */
export interface Awaiting {
  end(): void;
  /** Longer than a moment. */
  isLong: boolean;
}

/**
 * The reply to a client that may break off and come back: keeps what was sent, so that it can be told again from its
 * beginning. Only when nobody comes back in time is the client gone for whoever answers.
 */
export class HeldReply implements ClientReply {
  #client: ClientReply;
  #state: "present" | "away" | "gone" = "present";
  readonly #kept: Kept;
  readonly #wait: () => Awaiting;
  #awaiting: Awaiting | undefined;
  #onAwaited: (() => void) | undefined;
  #head: { status: number; headers: Record<string, string> } | undefined;
  /** Undefined once it has become too much. */
  #sent: (Buffer | string)[] | undefined = [];
  #bytes = 0;
  #isOver = false;
  #comebacks = 0;
  readonly #listeners = new Set<() => void>();
  readonly #settled = new Set<() => void>();
  #drained: (() => void) | undefined;

  /** @param wait begins to wait for the client; calls `giveUp` when it is too late */
  constructor(client: ClientReply, kept: Kept, wait: () => Awaiting) {
    this.#client = client;
    this.#kept = kept;
    this.#wait = wait;
    if (client.gone) this.#state = "gone";
    client.onGone(() => this.#leave());
  }

  /** Status and headers are out. */
  get hasBegun(): boolean {
    return this.#head !== undefined;
  }

  /** How often the client has come back. */
  get comebacks(): number {
    return this.#comebacks;
  }

  /** All that was sent can be told again. */
  get isKept(): boolean {
    return this.#sent !== undefined;
  }

  get gone(): boolean {
    return this.#state === "gone";
  }

  /** Calls when the client has left, and is waited for longer than a moment. */
  onAwaited(listener: () => void): void {
    this.#onAwaited = listener;
  }

  onGone(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  begin(status: number, headers: Record<string, string>): void {
    this.#head = { status, headers };
    if (this.#state === "present") this.#client.begin(status, headers);
  }

  write(bytes: Buffer | string): boolean {
    this.#keep(bytes);
    return this.#state === "present" ? this.#client.write(bytes) : false;
  }

  onDrain(listener: () => void): void {
    this.#drained = listener;
    this.#client.onDrain(() => this.#drain(listener));
  }

  end(bytes?: Buffer | string): void {
    this.#isOver = true;
    if (this.#state === "present") return this.#client.end(bytes);
    if (bytes !== undefined) this.#keep(bytes);
  }

  /** Somebody asks the same: tells everything from the beginning, and the rest as it comes. */
  takeUp(client: ClientReply): void {
    this.#awaiting?.end();
    this.#awaiting = undefined;
    this.#state = "present";
    this.#comebacks++;
    this.#client = client;
    client.onGone(() => this.#leave());
    if (this.#head) client.begin(this.#head.status, this.#head.headers);
    for (const bytes of this.#sent ?? []) client.write(bytes);
    if (this.#isOver) client.end();
    this.#settle();
    if (this.#drained) this.#drain(this.#drained);
  }

  /** Nobody has come back in time. */
  giveUp(): void {
    if (this.#state === "gone") return;
    this.#awaiting?.end();
    this.#awaiting = undefined;
    this.#state = "gone";
    this.#release();
    this.#settle();
    for (const listener of this.#listeners) listener();
  }

  /** Resolves when the client is here, or has gone for good. */
  present(): Promise<void> {
    return this.#state === "away" ? new Promise((resolve) => this.#settled.add(resolve)) : Promise.resolve();
  }

  /** Forgets what was sent, and keeps no more: a client that leaves from now on is gone. */
  forget(): void {
    if (this.#state === "present") this.#release();
  }

  /** Nothing more is answered: what was kept is forgotten. */
  close(): void {
    if (this.#state === "away") this.giveUp();
    else this.#release();
  }

  #release(): void {
    this.#sent = undefined;
    this.#kept.bytes -= this.#bytes;
    this.#bytes = 0;
  }

  #leave(): void {
    if (this.#state !== "present") return;
    if (this.#isOver || !this.isKept) return this.giveUp();
    this.#state = "away";
    this.#awaiting = this.#wait();
    if (this.#awaiting.isLong) this.#onAwaited?.();
  }

  #keep(bytes: Buffer | string): void {
    if (!this.#sent) return;
    this.#sent.push(bytes);
    this.#bytes += bytes.length;
    this.#kept.bytes += bytes.length;
    if (this.#bytes <= this.#kept.mostEach && this.#kept.bytes <= this.#kept.mostInAll) return;
    if (this.#state === "away") this.giveUp();
    else this.#release();
  }

  #drain(listener: () => void): void {
    if (this.#drained !== listener || this.#state !== "present") return;
    this.#drained = undefined;
    listener();
  }

  #settle(): void {
    for (const resolve of this.#settled) resolve();
    this.#settled.clear();
  }
}
