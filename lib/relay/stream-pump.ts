import type { Readable } from "node:stream";
import type { Failure } from "../catalog/failure-reasons.ts";
import type { StreamTranslator } from "../wires/wire.ts";
import type { AttemptOutcome } from "./attempt.ts";
import { type Outlet, OutletClosed } from "./outlet.ts";
import type { Timers } from "./timers.ts";
import { type Call, CallFailed, transportFailure } from "./upstream.ts";

/** How long a finished upstream may keep its connection without ending the response. */
const LINGER_MS = 2_000;
/** How long an upstream that has said why it ended may take for what else belongs to the end. */
const ENDING_MS = 3_000;
/** More than this is not held back: memory has an end. */
const MAX_HELD_BYTES = 8 * 1024 * 1024;

export interface PumpInput {
  translator: StreamTranslator;
  body: Readable;
  call: Call;
  /** Did the upstream send all that it announced? Asked when its body has ended. */
  isWhole: () => boolean;
  outlet: Outlet;
  timers: Timers;
  /** Longest silence of the upstream before anything of its answer was passed on, in ms. */
  quietMs: number;
  /** Longest silence after that, in ms. */
  idleMs: number;
  /** Longest wait for content, in ms from now. */
  firstEventMs: number;
  /** Hold the answer back until it is whole. */
  holdWhole: boolean;
  /** Hold the beginning of the answer back for so many ms, so that an early break costs nothing. */
  holdMs: number;
  requestId: string;
}

/**
 * Moves an upstream's stream through the translator to the outlet, event by event. Until there is content everything is
 * held, and forgotten when the attempt fails. A slow client slows the upstream down.
 */
export function pump(input: PumpInput): Promise<AttemptOutcome> {
  return new Promise((resolve) => new Pump(input, resolve).start());
}

class Pump {
  readonly #in: PumpInput;
  readonly #resolve: (outcome: AttemptOutcome) => void;
  #held: (Buffer | string)[] = [];
  #heldBytes = 0;
  #claimed = false;
  #settled = false;
  #mayRelease: boolean;
  readonly #silence: { move(ms: number): void; cancel(): void };
  readonly #patience: { cancel(): void };
  #holding: { cancel(): void } | undefined;

  constructor(input: PumpInput, resolve: (outcome: AttemptOutcome) => void) {
    this.#in = input;
    this.#resolve = resolve;
    this.#mayRelease = !input.holdWhole && input.holdMs === 0;
    const { timers, quietMs, firstEventMs } = input;
    this.#silence = timers.after(quietMs, () =>
      this.#cut({ reason: "too_slow", message: `silent for ${this.#silenceMs} ms` }),
    );
    this.#patience = timers.after(firstEventMs, () =>
      this.#settle({ reason: "too_slow", message: `no content within ${firstEventMs} ms` }),
    );
  }

  /** How long the upstream may be silent now. */
  get #silenceMs(): number {
    return this.#claimed ? this.#in.idleMs : this.#in.quietMs;
  }

  start(): void {
    const { body, translator, isWhole } = this.#in;
    body.on("data", (chunk: Buffer) => {
      if (this.#settled) return;
      this.#take(() => translator.push(chunk));
      if (body.isPaused()) return; // the client is slow, not the upstream
      const ms = this.#silenceMs;
      this.#silence.move(translator.isWhole ? Math.min(ms || ENDING_MS, ENDING_MS) : ms);
    });
    body.on("end", () => {
      if (this.#settled) return;
      this.#take(() => translator.end());
      this.#settle(isWhole() ? undefined : CUT);
    });
    body.on("error", (error: NodeJS.ErrnoException) => this.#cut(transportFailure(error, true)));
    body.on("close", () => this.#cut(CUT));
  }

  /** No more comes: the answer may be whole all the same, where only the protocol's last word is missing. */
  #cut(found: Failure): void {
    if (this.#settled) return;
    this.#take(() => this.#in.translator.end(), found);
    this.#settle(found);
  }

  /** @param found why nothing more comes; without it the translator knows best */
  #take(translate: () => Buffer | string, found?: Failure): void {
    const { translator } = this.#in;
    try {
      this.#forward(translate());
    } catch (error) {
      if (error instanceof OutletClosed) return this.#end({ kind: "lost", usage: translator.usage });
      return this.#settle(error instanceof CallFailed ? error.failure : unreadable(error));
    }
    if (translator.phase === "complete" || translator.phase === "failed") this.#settle(found);
  }

  #forward(bytes: Buffer | string): void {
    if (bytes.length === 0) return;
    if (this.#claimed) return this.#send(bytes);
    this.#held.push(bytes);
    this.#heldBytes += bytes.length;
    const { phase } = this.#in.translator;
    if (phase === "before" && this.#heldBytes > MAX_HELD_BYTES) throw new CallFailed(NO_CONTENT);
    if (phase === "content") this.#patience.cancel();
    if (phase === "complete" || (phase === "content" && (this.#mayRelease || this.#heldBytes > MAX_HELD_BYTES)))
      this.#release();
    else if (phase === "content" && !this.#in.holdWhole) this.#holdForAWhile();
  }

  #holdForAWhile(): void {
    this.#holding ??= this.#in.timers.after(this.#in.holdMs, () => {
      this.#mayRelease = true;
      if (!this.#settled && !this.#claimed)
        this.#take(() => {
          this.#release();
          return "";
        });
    });
  }

  #release(): void {
    if (!this.#in.outlet.claim()) return this.#end({ kind: "lost", usage: this.#in.translator.usage });
    this.#claimed = true;
    this.#silence.move(this.#in.idleMs);
    const held = this.#held;
    this.#held = [];
    this.#send(join(held));
  }

  #send(bytes: Buffer | string): void {
    const { outlet, body } = this.#in;
    if (outlet.send(bytes)) return;
    body.pause();
    this.#silence.move(0);
    outlet.onDrain(() => {
      this.#silence.move(this.#silenceMs);
      body.resume();
    });
  }

  #settle(found?: Failure): void {
    if (this.#settled) return;
    const { translator, requestId } = this.#in;
    const { usage, stopReason, servedModel } = translator;
    if (translator.phase === "complete")
      return this.#end({ kind: "streamed", usage, stopReason, ...(servedModel !== undefined && { servedModel }) });
    const failure = found ?? translator.failure ?? CUT;
    if (!this.#claimed) return this.#end({ kind: "failed", failure, usage });
    this.#end({ kind: "broken", failure, usage, ending: () => translator.fail(failure, requestId) });
  }

  #end(outcome: AttemptOutcome): void {
    if (this.#settled) return;
    this.#settled = true;
    const { notes } = this.#in.translator;
    if (notes && notes.length > 0) outcome.notes = [...new Set(notes)];
    this.#silence.cancel();
    this.#patience.cancel();
    this.#holding?.cancel();
    const { body, call, timers } = this.#in;
    if (outcome.kind !== "streamed") call.abort();
    else if (!body.readableEnded) {
      // The answer is whole: the connection may go back to the pool, unless the upstream forgets to end it.
      const linger = timers.after(LINGER_MS, () => call.abort());
      body.once("close", () => linger.cancel());
    }
    this.#resolve(outcome);
  }
}

const NO_CONTENT: Failure = { reason: "bad_answer", message: `more than ${MAX_HELD_BYTES} bytes without any content` };
const CUT: Failure = { reason: "truncated", message: "the connection broke in mid-answer" };

function unreadable(error: unknown): Failure {
  return { reason: "bad_answer", message: error instanceof Error ? error.message : String(error) };
}

function join(parts: readonly (Buffer | string)[]): Buffer | string {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  return Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part) : part)));
}
