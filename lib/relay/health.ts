import { FAILURE_REASONS, type Failure, type FailureReason, isNobodysFault } from "../catalog/failure-reasons.ts";

/** What trips a circuit and for how long it stays open. Times in ms. */
export interface HealthPolicy {
  failureThreshold: number;
  cooldownMs: number;
  maxCooldownMs: number;
}

/** What health remembers of a failure, for people. */
export interface LastFailure {
  reason: FailureReason;
  message: string;
  /** Epoch ms. */
  time: number;
}

interface Cell {
  /** Failures in a row, weighted. */
  streak: number;
  /** How often it tripped since the last success: the exponent of the cooldown. */
  trips: number;
  /** Epoch ms; 0 while closed. */
  openUntil: number;
  /** Half open: one request is trying. */
  probing: boolean;
  /** The latest outcomes within half a minute, oldest first. */
  recent: { time: number; ok: boolean }[];
}

/** What survives a restart of the server; holds no secret. */
export interface HealthSnapshot {
  /** When it was taken, epoch ms. */
  time: number;
  cells: Record<string, Pick<Cell, "streak" | "trips" | "openUntil">>;
  last: Record<string, LastFailure>;
}

/** A provider that fails every other time is not fit either, though it never fails three times in a row. */
const WINDOW_MS = 30_000;
const WINDOW_MIN = 5;
const WINDOW_SHARE = 0.5;
/** More outcomes than these are not looked at: under load half a minute holds tens of thousands. */
const WINDOW_MAX = 50;

/** Failures that come slowly cost the user a whole waiting time each, so they are tried again more rarely. */
const SLOW = { baseMs: 15_000, maxMs: 120_000 };

/** Money and keys do not mend themselves within minutes. */
const HARD_MS = 30 * 60_000;

function newCell(): Cell {
  return { streak: 0, trips: 0, openUntil: 0, probing: false, recent: [] };
}

/**
 * Whether a provider is fit to be asked: one circuit per provider and credential, and one per model where a fault is the
 * model's alone. Failures that are the request's own, and requests that the client took back, never count.
 */
export class Health {
  readonly #policy: () => HealthPolicy;
  readonly #now: () => number;
  readonly #random: () => number;
  readonly #cells = new Map<string, Cell>();
  readonly #last = new Map<string, LastFailure>();
  readonly #listeners = new Set<() => void>();

  constructor(policy: () => HealthPolicy, now: () => number = Date.now, random: () => number = Math.random) {
    this.#policy = policy;
    this.#now = now;
    this.#random = random;
  }

  /** Epoch ms until which this credential of the provider, or this model at it, should be left alone; 0 when it is fit. */
  coolingUntil(provider: string, credential: number, model: string): number {
    const until = Math.max(
      this.#cells.get(providerKey(provider, credential))?.openUntil ?? 0,
      this.#cells.get(modelKey(provider, credential, model))?.openUntil ?? 0,
    );
    return until > this.#now() ? until : 0;
  }

  /**
   * May a request be sent now? While a circuit is open: no. When its cooldown is over, one request at a time may try.
   * A caller that got `true` must report `success`, `failure` or `released`.
   */
  enter(provider: string, credential: number, model: string): boolean {
    const cells = this.#existing(provider, credential, model);
    const now = this.#now();
    if (cells.some((cell) => cell.openUntil > now || cell.probing)) return false;
    for (const cell of cells) if (cell.openUntil > 0) cell.probing = true;
    return true;
  }

  /** Takes the probe's place although the circuit is open: there is nobody else to ask. */
  force(provider: string, credential: number, model: string): void {
    for (const cell of this.#existing(provider, credential, model)) if (cell.openUntil > 0) cell.probing = true;
  }

  success(provider: string, credential: number, model: string): void {
    for (const key of [providerKey(provider, credential), modelKey(provider, credential, model)]) {
      const cell = this.#cells.get(key);
      if (!cell) continue;
      const mended = cell.openUntil > 0 || cell.streak > 0;
      const recent = cell.openUntil > 0 ? [] : [...this.#recent(cell), { time: this.#now(), ok: true }];
      this.#cells.set(key, { ...newCell(), recent });
      if (mended) this.#changed();
    }
  }

  /** The attempt ended without a verdict (the client went away, the request itself was at fault). */
  released(provider: string, credential: number, model: string): void {
    for (const cell of this.#existing(provider, credential, model)) cell.probing = false;
  }

  /** @returns how long the circuit is open now, in ms; 0 when it is still closed */
  failure(provider: string, credential: number, model: string, failure: Failure): number {
    const rule = FAILURE_REASONS[failure.reason];
    const now = this.#now();
    if (!isNobodysFault(failure.reason))
      this.#last.set(provider, { reason: failure.reason, message: failure.message, time: now });
    this.released(provider, credential, model);
    if (rule.scope === "none") return 0;
    const key = rule.scope === "model" ? modelKey(provider, credential, model) : providerKey(provider, credential);
    const cell = { ...(this.#cells.get(key) ?? newCell()) };
    const wasOpen = cell.openUntil > 0;
    cell.streak += rule.weight === "hard" ? this.#policy().failureThreshold : rule.weight;
    cell.recent = [...this.#recent(cell), { time: now, ok: false }];
    const asked = failure.retryAfterMs ?? 0;
    const told = asked > 0 && failure.reason === "rate_limited";
    const tripped = wasOpen || told || cell.streak >= this.#policy().failureThreshold || failsTooOften(cell.recent);
    const openMs = tripped ? Math.max(this.#cooldown(failure.reason, cell.trips), asked) : 0;
    if (tripped) {
      cell.trips++;
      cell.openUntil = now + openMs;
      cell.recent = [];
    }
    this.#cells.set(key, cell);
    this.#changed();
    return openMs;
  }

  /** Forgets everything about the provider, or about all. */
  reset(provider?: string): void {
    for (const key of this.#cells.keys())
      if (provider === undefined || key.startsWith(`${provider}\n`)) this.#cells.delete(key);
    if (provider === undefined) this.#last.clear();
    else this.#last.delete(provider);
    this.#changed();
  }

  lastFailure(provider: string): LastFailure | undefined {
    return this.#last.get(provider);
  }

  /**
   * What a restarted server should know: open circuits and the last failures.
   * @param without providers of which nothing is to be remembered
   */
  snapshot(without: ReadonlySet<string> = new Set()): HealthSnapshot {
    const open = [...this.#cells].filter(
      ([key, cell]) => cell.openUntil > this.#now() && !without.has(key.slice(0, key.indexOf("\n"))),
    );
    return {
      time: this.#now(),
      cells: Object.fromEntries(open.map(([key, { streak, trips, openUntil }]) => [key, { streak, trips, openUntil }])),
      last: Object.fromEntries([...this.#last].filter(([provider]) => !without.has(provider))),
    };
  }

  /**
   * Takes over what an earlier server knew. No circuit stays open for longer than it would have there, also when the clock
   * was set back in the meantime.
   */
  restore({ time, cells, last }: HealthSnapshot): void {
    const setBackMs = Math.max(0, time - this.#now());
    for (const [key, cell] of Object.entries(cells))
      this.#cells.set(key, { ...newCell(), ...cell, openUntil: cell.openUntil - setBackMs });
    for (const [provider, failure] of Object.entries(last))
      if (Object.hasOwn(FAILURE_REASONS, failure.reason))
        this.#last.set(provider, { ...failure, time: failure.time - setBackMs });
    this.#changed();
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #cooldown(reason: FailureReason, trips: number): number {
    const rule = FAILURE_REASONS[reason];
    if (rule.weight === "hard") return HARD_MS;
    const { cooldownMs, maxCooldownMs } = this.#policy();
    const [base, max] = reason === "too_slow" ? [SLOW.baseMs, SLOW.maxMs] : [cooldownMs, maxCooldownMs];
    const jitter = 0.9 + 0.2 * this.#random();
    return Math.min(base * 2 ** trips, max) * jitter;
  }

  #recent({ recent }: Cell): Cell["recent"] {
    const since = this.#now() - WINDOW_MS;
    return recent.slice(1 - WINDOW_MAX).filter(({ time }) => time > since);
  }

  #existing(provider: string, credential: number, model: string): Cell[] {
    return [providerKey(provider, credential), modelKey(provider, credential, model)].flatMap(
      (key) => this.#cells.get(key) ?? [],
    );
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}

function failsTooOften(recent: Cell["recent"]): boolean {
  const failures = recent.filter(({ ok }) => !ok).length;
  return recent.length >= WINDOW_MIN && failures / recent.length >= WINDOW_SHARE;
}

function providerKey(provider: string, credential: number): string {
  return `${provider}\n${credential}`;
}

function modelKey(provider: string, credential: number, model: string): string {
  return `${provider}\n${credential}\n${model}`;
}
