import { randomBytes } from "node:crypto";
import { errorEvent } from "../anthropic/errors.ts";
import type { InboundRequest } from "../anthropic/request.ts";
import type { Failure } from "../catalog/failure-reasons.ts";
import type { Mapping, Settings } from "../config/settings.ts";
import { credentialCount, credentialHeaders } from "../credentials/headers.ts";
import type { AttemptRecord, JournalEntry } from "../journal/entry.ts";
import type { Decision } from "../routing/decision.ts";
import { loadWire } from "../wires/index.ts";
import type { Target } from "../wires/wire.ts";
import { AnswerSink } from "./answer-sink.ts";
import { type Attempt, type AttemptOutcome, attempt } from "./attempt.ts";
import type { ClientReply } from "./client-reply.ts";
import { type ErrorAnswer, exhausted, type FailedAttempt } from "./exhausted.ts";
import type { Health } from "./health.ts";
import { nextStep } from "./policy.ts";
import type { Timers } from "./timers.ts";
import type { TrackRecord } from "./track-record.ts";
import type { UpstreamPool } from "./upstream.ts";

/** What lives as long as the server. */
export interface RelayDeps {
  pool: UpstreamPool;
  timers: Timers;
  health: Health;
  trackRecord: TrackRecord;
  now: () => number;
  random: () => number;
  /**
   * Base URL of a provider that plays the failure that is being simulated for this provider; undefined where none is.
   * The failure is real: it happens on a socket.
   */
  simulated: (provider: string, inbound: InboundRequest) => Promise<{ baseUrl: string; counts: boolean } | undefined>;
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
  /** When the request arrived, on the `performance.now()` clock. */
  arrived: number;
}

/** One provider with one of its credentials. */
interface Step {
  mapping: Mapping;
  credential: number;
}

/** Serves the request from the first provider that can, and tells the client the truth when none can. Never rejects. */
export async function relay(job: RelayJob, deps: RelayDeps): Promise<void> {
  const journey = new Journey(job, deps);
  await journey.run();
}

class Journey {
  readonly #job: RelayJob;
  readonly #deps: RelayDeps;
  readonly #failed: FailedAttempt[] = [];
  readonly #sink: AnswerSink;
  readonly #messageId = `msg_${randomBytes(12).toString("hex")}`;
  readonly #deadline: number;
  #serving: Step | undefined;
  #upstreamHeaders: Record<string, string> = {};
  /** Does the running try's outcome say something about the provider's health? */
  #counts = true;
  #running: Attempt | undefined;
  #wake: (() => void) | undefined;

  constructor(job: RelayJob, deps: RelayDeps) {
    this.#job = job;
    this.#deps = deps;
    this.#deadline = job.arrived + job.settings.performance.request_timeout_seconds * 1000;
    this.#sink = new AnswerSink(job.reply, deps.timers, () => this.#headers(), {
      id: this.#messageId,
      model: job.inbound.facts.model,
      inputTokens: job.inbound.facts.estimatedTokens,
    });
  }

  async run(): Promise<void> {
    const { reply, entry } = this.#job;
    const forget = reply.onGone(() => {
      this.#running?.abort();
      this.#wake?.();
    });
    try {
      const outcome = await this.#walk();
      this.#conclude(outcome);
    } finally {
      forget();
      this.#sink.release();
      entry.totalMs = this.#elapsed();
      entry.bytesOut += this.#sink.bytes;
    }
  }

  /** Asks one provider after the other; those that cool down come last, soonest first, and only if nobody else served. */
  async #walk(): Promise<AttemptOutcome | undefined> {
    const steps = this.#steps();
    const later: Step[] = [];
    let largest = 0;
    for (const pass of [steps, later]) {
      if (pass === later) later.sort((a, b) => this.#coolingUntil(a) - this.#coolingUntil(b));
      for (const [i, step] of pass.entries()) {
        if (this.#over()) return undefined;
        const window = step.mapping.capabilities.contextWindow;
        if (largest > 0 && !(window !== undefined && window > largest)) continue;
        const { health } = this.#deps;
        const { provider, model } = step.mapping;
        if (pass === later) health.force(provider.name, step.credential, model);
        else if (!health.enter(provider.name, step.credential, model)) {
          later.push(step);
          continue;
        }
        const othersLeft = i + 1 < pass.length || (pass === steps && later.length > 0);
        const end = await this.#tryHere(step, othersLeft);
        if (end.kind === "served" || end.kind === "stop") return end.outcome;
        if (end.kind === "larger") largest = Math.max(largest, window ?? this.#job.inbound.facts.estimatedTokens);
      }
    }
    return undefined;
  }

  /** All tries at one provider with one credential. */
  async #tryHere(
    step: Step,
    othersLeft: boolean,
  ): Promise<{ kind: "served" | "stop" | "next" | "larger"; outcome?: AttemptOutcome }> {
    const { retry } = this.#job.settings;
    const limits = {
      maxAttempts: retry.max_attempts,
      initialDelayMs: retry.initial_delay_ms,
      multiplier: retry.backoff_multiplier,
    };
    const { provider, model } = step.mapping;
    let waitedHere = false;
    for (let triesHere = 1; ; triesHere++) {
      const outcome = await this.#attempt(step, triesHere > 1);
      const { health } = this.#deps;
      if (this.#job.reply.gone) {
        health.released(provider.name, step.credential, model);
        return { kind: "stop", outcome };
      }
      if (outcome.kind === "streamed" || outcome.kind === "answered") {
        health.success(provider.name, step.credential, model);
        this.#remember(step);
        return { kind: "served", outcome };
      }
      if (this.#counts) health.failure(provider.name, step.credential, model, outcome.failure);
      else health.released(provider.name, step.credential, model);
      if (outcome.kind === "broken") return { kind: "served", outcome };
      const next = nextStep(outcome.failure, { triesHere, waitedHere, othersLeft }, limits, this.#deps.random());
      if (next.step !== "again") return { kind: next.step, outcome };
      if (this.#elapsed() + next.delayMs > this.#budgetMs()) return { kind: "next", outcome };
      waitedHere ||= next.waited;
      await this.#pause(next.delayMs);
      if (this.#job.reply.gone) return { kind: "stop", outcome };
      health.force(provider.name, step.credential, model);
    }
  }

  #remember({ mapping }: Step): void {
    const { entry, inbound, sessionKey } = this.#job;
    const began = entry.attempts.at(-1)?.at ?? 0;
    this.#deps.trackRecord.served({
      session: sessionKey,
      provider: mapping.provider.name,
      model: mapping.model,
      promptTokens: inbound.facts.estimatedTokens,
      ttftMs: (entry.ttftMs ?? this.#elapsed()) - began,
      now: this.#deps.now(),
    });
  }

  async #attempt(step: Step, fresh: boolean): Promise<AttemptOutcome> {
    const { entry } = this.#job;
    const { provider, model } = step.mapping;
    const started = performance.now();
    const record: AttemptRecord = {
      provider: provider.name,
      model,
      wire: provider.wire,
      at: started - this.#job.arrived,
      ms: 0,
    };
    entry.attempts.push(record);
    this.#serving = step;
    this.#sink.forget();
    const outcome = await this.#send(step, fresh, record);
    record.ms = performance.now() - started;
    if (outcome.kind === "failed" || outcome.kind === "broken") {
      record.failure = outcome.failure.reason;
      record.message = redact(outcome.failure.message, provider.apiKeys);
      outcome.failure.message = record.message;
      if (outcome.failure.status !== undefined) record.status = outcome.failure.status;
      this.#failed.push({ record, failure: outcome.failure });
    }
    if (outcome.kind !== "failed") {
      entry.provider = provider.name;
      entry.upstreamModel = model;
      entry.usage = outcome.usage;
    }
    return outcome;
  }

  async #send(step: Step, fresh: boolean, record: AttemptRecord): Promise<AttemptOutcome> {
    const { inbound, entry } = this.#job;
    const { provider, capabilities, model } = step.mapping;
    const credential = credentialHeaders(provider, step.credential, inbound.headers);
    if (!credential) return failed({ reason: "auth", message: noCredential(provider.authType) });
    const fault = await this.#deps.simulated(provider.name, inbound);
    if (fault) record.simulated = true;
    this.#counts = fault?.counts ?? true;
    const target: Target = {
      provider: provider.name,
      type: provider.type,
      baseUrl: fault?.baseUrl ?? provider.baseUrl,
      model,
      capabilities,
      project: provider.project,
      location: provider.location,
    };
    this.#running = attempt({
      inbound,
      wire: await loadWire(provider.wire),
      target,
      headers: fault === undefined ? { ...provider.headers, ...credential } : {},
      timeouts: provider.timeouts,
      fresh,
      messageId: this.#messageId,
      requestId: entry.id,
      holdWhole: inbound.headers["x-claude-code-request-class"] === "auxiliary",
      sink: this.#sink,
      pool: this.#deps.pool,
      timers: this.#deps.timers,
      now: this.#deps.now,
      onContent: () => {
        entry.ttftMs ??= this.#elapsed();
      },
      onHeaders: (status, headers) => {
        record.status = status;
        this.#upstreamHeaders = forwarded(
          headers,
          provider.authType === "passthrough" || provider.authType === "oauth",
        );
      },
    });
    if (this.#job.reply.gone) this.#running.abort();
    return this.#running.outcome;
  }

  #conclude(outcome: AttemptOutcome | undefined): void {
    const { reply, entry } = this.#job;
    if (reply.gone) {
      entry.outcome = "cancelled";
      entry.status = 499;
      return;
    }
    if (outcome?.kind === "streamed") {
      entry.outcome = "ok";
      entry.status = 200;
      if (outcome.stopReason !== null) entry.stopReason = outcome.stopReason;
    } else if (outcome?.kind === "answered") {
      entry.outcome = "ok";
      entry.status = 200;
      entry.ttftMs ??= this.#elapsed();
      if (outcome.stopReason !== null) entry.stopReason = outcome.stopReason;
      entry.bytesOut += outcome.body.length;
      reply.begin(200, {
        ...this.#headers(),
        "content-type": "application/json",
        "content-length": String(outcome.body.length),
      });
      reply.end(outcome.body);
    } else if (outcome?.kind === "broken") {
      entry.outcome = "cut";
      entry.status = 200;
      entry.error = outcome.failure.message;
    } else {
      this.#refuse(exhausted(this.#failed, entry.id, this.#readyInMs()));
    }
  }

  /** Nobody served: an honest error, as HTTP where the status is still ours to choose, else as the stream's last event. */
  #refuse(error: ErrorAnswer): void {
    const { reply, entry } = this.#job;
    entry.outcome = "failed";
    entry.status = error.status;
    entry.error = error.message;
    if (this.#sink.opened) {
      this.#sink.send(errorEvent(error.type, error.message, entry.id));
      this.#sink.end();
      return;
    }
    reply.begin(error.status, { ...this.#headers(), ...error.headers, "content-length": String(error.body.length) });
    reply.end(error.body);
    entry.bytesOut += error.body.length;
  }

  #steps(): Step[] {
    return this.#job.decision.candidates.flatMap(({ mapping }) =>
      Array.from({ length: Math.max(1, credentialCount(mapping.provider)) }, (_, credential) => ({
        mapping,
        credential,
      })),
    );
  }

  #headers(): Record<string, string> {
    const { entry, decision } = this.#job;
    return {
      ...this.#upstreamHeaders,
      "x-ccm-request-id": entry.id,
      "x-ccm-route": headerSafe(`${decision.rule}: ${decision.reason}`),
      "x-ccm-model": headerSafe(this.#serving?.mapping.model ?? decision.model),
      "x-ccm-provider": headerSafe(this.#serving?.mapping.provider.name ?? ""),
      "x-ccm-attempts": String(entry.attempts.length),
    };
  }

  #coolingUntil({ mapping, credential }: Step): number {
    return this.#deps.health.coolingUntil(mapping.provider.name, credential, mapping.model);
  }

  #readyInMs(): number {
    const waits = this.#steps().map((step) => Math.max(0, this.#coolingUntil(step) - this.#deps.now()));
    return waits.length > 0 ? Math.min(...waits) : 0;
  }

  #over(): boolean {
    return this.#job.reply.gone || performance.now() > this.#deadline;
  }

  #budgetMs(): number {
    return this.#deadline - this.#job.arrived;
  }

  #elapsed(): number {
    return performance.now() - this.#job.arrived;
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const deadline = this.#deps.timers.after(ms, resolve);
      this.#wake = () => {
        deadline.cancel();
        resolve();
      };
    });
  }
}

function failed(failure: Failure): AttemptOutcome {
  return { kind: "failed", failure };
}

function noCredential(authType: string): string {
  return authType === "passthrough"
    ? "the client sent no login of its own to pass through"
    : authType === "api_key"
      ? "no API key is configured"
      : "not signed in";
}

/** The upstream's headers that the client may see; its rate limits only where the quota is the user's own. */
function forwarded(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  ownQuota: boolean,
): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value !== "string") continue;
    if (name === "request-id" || (ownQuota && name.startsWith("anthropic-ratelimit-"))) kept[name] = value;
  }
  return kept;
}

/** Header values hold printable ASCII only. */
function headerSafe(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, "?");
}

/** An upstream may echo the key that it refuses. */
function redact(message: string, secrets: readonly string[]): string {
  return secrets.reduce((text, secret) => (secret.length >= 4 ? text.replaceAll(secret, "***") : text), message);
}
