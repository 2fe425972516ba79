import { randomUUID } from "node:crypto";
import type { InboundRequest } from "../anthropic/request.ts";
import type { MessageAnswer } from "../anthropic/types.ts";
import type { Mapping, Settings } from "../config/settings.ts";
import type { CredentialSource } from "../credentials/credential.ts";
import type { AttemptRecord, JournalEntry } from "../journal/entry.ts";
import type { Decision } from "../routing/decision.ts";
import type { Repairs } from "../wires/repair.ts";
import { AnswerSink } from "./answer-sink.ts";
import type { Attempt, AttemptWatch } from "./attempt.ts";
import type { ClientReply } from "./client-reply.ts";
import type { FailedAttempt } from "./exhausted.ts";
import type { Health } from "./health.ts";
import type { ProviderPlaces } from "./provider-places.ts";
import type { RetryBudget } from "./retry-budget.ts";
import type { Timers } from "./timers.ts";
import type { TrackRecord } from "./track-record.ts";
import type { UpstreamPool } from "./upstream.ts";

/** What lives as long as the server. */
export interface RelayDeps {
  pool: UpstreamPool;
  timers: Timers;
  health: Health;
  trackRecord: TrackRecord;
  retryBudget: RetryBudget;
  /** Places at providers with `max_concurrent_requests`. */
  places: ProviderPlaces;
  credentials: CredentialSource;
  /** What providers were found to refuse. */
  repairs: Repairs;
  /** Epoch ms. */
  now: () => number;
  random: () => number;
  /** Where an attempt goes instead when a failure of this provider is being simulated. */
  simulated: (provider: string, inbound: InboundRequest) => Promise<Detour | undefined>;
}

/** The way of an attempt that is to fail. The failure is real: it happens on a socket. */
export interface Detour {
  baseUrl: string;
  /** Its outcome counts for the provider's health. */
  counts: boolean;
  /** How long it may be silent at most; absent: as configured. */
  patienceMs?: number;
}

/** One request on its way. */
export interface RelayJob {
  inbound: InboundRequest;
  decision: Decision;
  settings: Settings;
  /** What makes one conversation: see routing. */
  sessionKey: string;
  reply: ClientReply;
  /** The journal's entry; the relay fills in what happens. */
  entry: JournalEntry;
  /** Told after each attempt: the entry has grown. */
  onAttempt: () => void;
  /** When the request arrived, on the `performance.now()` clock. */
  arrived: number;
  /** Told once the answer flows, and has for a while: nobody will ask for the request's bytes any more. */
  letGo?: () => void;
  /** Told of each try what goes over the line; absent where nobody looks. */
  watch?: (record: AttemptRecord) => AttemptWatch;
}

/** One provider with one of its credentials. */
export interface Step {
  mapping: Mapping;
  credential: number;
}

/** Bytes of an answer that are kept for the case that it breaks: longer ones are not brought to an end by others. */
const MOST_KEPT = 1024 * 1024;

/** The state of one request while it is relayed. */
export class Run {
  readonly job: RelayJob;
  readonly deps: RelayDeps;
  readonly sink: AnswerSink;
  readonly messageId = `msg_${randomUUID().replaceAll("-", "").slice(0, 24)}`;
  /** Tries that failed, in order. */
  readonly failed: FailedAttempt[] = [];
  /** Who is being asked, or has served. */
  serving: Step | undefined;
  /** What the client may see of the upstream's headers. */
  upstreamHeaders: Record<string, string> = {};
  /** The try whose answer goes to the client. */
  winner: AttemptRecord | undefined;
  /** What a wire would answer by itself if no provider can do better. */
  lastResort: MessageAnswer | undefined;
  readonly #running = new Map<AttemptRecord, Attempt>();
  readonly #wakes = new Set<() => void>();

  constructor(job: RelayJob, deps: RelayDeps) {
    this.job = job;
    this.deps = deps;
    const { facts } = job.inbound;
    const opening = facts.stream
      ? { id: this.messageId, model: facts.model, inputTokens: () => facts.estimatedTokens }
      : undefined;
    this.sink = new AnswerSink(job.reply, deps.timers, () => this.headers(), opening);
    if (job.settings.failover.rescue !== "off") this.sink.keep(MOST_KEPT);
    else if (job.letGo) this.sink.whenLasting(job.letGo);
  }

  /** The client went away: whatever is under way ends now. */
  cancel(): void {
    for (const attempt of this.#running.values()) attempt.abort();
    this.#wakeAll();
  }

  /** What is to be done, beside ending the tries, when waiting has become pointless. */
  onCancel(wake: () => void): void {
    this.#wakes.add(wake);
  }

  /** A try is under way. */
  begun(record: AttemptRecord, attempt: Attempt): void {
    this.#running.set(record, attempt);
    if (this.job.reply.gone || this.isLost(record)) attempt.abort();
  }

  ended(record: AttemptRecord): void {
    this.#running.delete(record);
  }

  /** The try has an answer for the client; those beside it end. @returns false when another was faster */
  claim(record: AttemptRecord, step: Step): boolean {
    if (this.winner) return this.winner === record;
    this.winner = record;
    this.serving = step;
    this.job.entry.ttftMs ??= this.elapsed();
    this.endOthers();
    return true;
  }

  /** Ends what is under way beside the winner, or all of it where there is none. */
  endOthers(): void {
    for (const [other, attempt] of this.#running) if (other !== this.winner) attempt.abort();
    this.#wakeAll();
  }

  /** The answer of the winner has broken: another may go on with it. */
  reopen(): void {
    this.winner = undefined;
  }

  /** Another try has won. */
  isLost(record: AttemptRecord): boolean {
    return this.winner !== undefined && this.winner !== record;
  }

  /** Ms since the request arrived. */
  elapsed(): number {
    return performance.now() - this.job.arrived;
  }

  /** Ms that may pass, from the arrival on, until there is content. */
  get budgetMs(): number {
    return this.job.settings.performance.request_timeout_seconds * 1000;
  }

  /** No further try may begin. */
  get over(): boolean {
    return this.job.reply.gone || this.elapsed() > this.budgetMs;
  }

  /** Waits, but not for longer than it makes sense. */
  pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        deadline.cancel();
        this.#wakes.delete(wake);
        resolve();
      };
      const deadline = this.deps.timers.after(Math.max(1, ms), wake);
      this.#wakes.add(wake);
    });
  }

  #wakeAll(): void {
    for (const wake of this.#wakes) wake();
    this.#wakes.clear();
  }

  /** Response headers that tell the client what became of its request. */
  headers(): Record<string, string> {
    const { entry, decision } = this.job;
    return {
      ...this.upstreamHeaders,
      "x-ccm-request-id": entry.id,
      "x-ccm-route": headerSafe(`${decision.rule}: ${decision.reason}`),
      "x-ccm-model": headerSafe(this.serving?.mapping.model ?? decision.model),
      "x-ccm-provider": headerSafe(this.serving?.mapping.provider.name ?? ""),
      "x-ccm-attempts": String(entry.attempts.length),
    };
  }
}

/** Header values hold printable ASCII only. */
function headerSafe(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, "?");
}
