import type { LoginFlow } from "../../catalog/logins.ts";
import { deadline } from "./deadline.ts";
import type { Endpoints } from "./endpoints.ts";
import { isLater, type LoginRecord } from "./record.ts";
import { refreshLogin } from "./refresh.ts";
import { TokenRefused } from "./refusal.ts";
import type { TokenStore } from "./store.ts";

/** Two clocks: the wall's can jump, the monotonic one stands still while the machine sleeps. Both in ms. */
export interface Clock {
  now(): number;
  monotonic(): number;
}

/** A point in time, on both clocks. */
type Moment = Readonly<Record<keyof Clock, number>>;

const LONG_AGO: Moment = { now: Number.NEGATIVE_INFINITY, monotonic: Number.NEGATIVE_INFINITY };

export interface KeeperDeps {
  store: TokenStore;
  clock: Clock;
  /** 0 to 1, for jitter. */
  random: () => number;
  /** Current addresses, from the configuration. */
  endpoints: (flow: LoginFlow) => Endpoints;
  log: (level: "info" | "warn", message: string) => void;
  /** Called after each change that a user might see. */
  changed: () => void;
}

/** There is no token to use now. */
export interface NoToken {
  /** `signed_out`: there is no login. `later`: it could not be refreshed, or was refused a moment ago. */
  why: "signed_out" | "needs_login" | "blocked" | "later";
  message: string;
  /** Epoch ms from which on it is worth asking again; Infinity when only the user can mend it. */
  until: number;
}

/** A request waits no longer than this for a refresh; then the next provider is asked, and the refresh goes on. */
const PATIENCE_MS = 12_000;
/** A token with so little left may end on its way to the vendor. */
const TOO_LATE_MS = 30_000;
/** A fresh token that is refused all the same is left alone for so long. */
const BENCH_MS = 60_000;
/** A login that is not there, or is over, is looked for in the file again after so long. */
const LOOK_AGAIN_MS = 1_000;
const SAVE_AGAIN_MS = 5_000;
const BACKOFF = { firstMs: 5_000, maxMs: 5 * 60_000 };
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Keeps one login alive: hands out its token, and sees to it that there is always a good one. */
export class Keeper {
  readonly name: string;
  readonly #deps: KeeperDeps;
  #record: LoginRecord | undefined;
  #end: Moment = LONG_AGO;
  #leadMs = 0;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #inflight: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #failures = 0;
  /** Before, no refresh is tried. */
  #retryAt: Moment = LONG_AGO;
  #trouble: string | undefined;
  /** The generation that came from refreshing a refused one. */
  #forced: number | undefined;
  #benchedUntil: Moment = LONG_AGO;
  #unsaved: Error | undefined;
  /** Why the file could not be read at the last look. */
  #unread: string | undefined;
  #closed = false;

  constructor(name: string, deps: KeeperDeps) {
    this.name = name;
    this.#deps = deps;
  }

  /** The login as far as it is known; undefined when there is none. Holds secrets. */
  get record(): LoginRecord | undefined {
    return this.#record;
  }

  /** What is wrong with it at present, in words for the user, though it may still work. */
  get trouble(): string | undefined {
    if (this.#unsaved) return `the login cannot be written to disk: ${this.#unsaved.message}`;
    if (!this.#record) return this.#unread;
    return this.#record.state === "ok" ? this.#trouble : this.#record.last_error?.message;
  }

  /** Why there is no token to use; undefined while there is one, or one is to be had. */
  get missing(): NoToken | undefined {
    const record = this.#record;
    if (!record)
      return { why: "signed_out", message: this.#unread ?? "nobody is signed in", until: Number.POSITIVE_INFINITY };
    if (record.state !== "ok") {
      const why = record.last_error?.message ?? "the vendor has ended the login";
      return { why: record.state, message: why, until: Number.POSITIVE_INFINITY };
    }
    if (record.refresh_token === undefined && this.#leftMs() <= 0)
      return { why: "needs_login", message: "the login has expired", until: Number.POSITIVE_INFINITY };
    const { clock } = this.#deps;
    const benchedMs = this.#until(this.#benchedUntil);
    if (benchedMs > 0)
      return { why: "later", message: "the vendor refused a fresh token a moment ago", until: clock.now() + benchedMs };
    const pauseMs = this.#until(this.#retryAt);
    if (this.#leftMs() > 0 || pauseMs <= 0) return undefined;
    return { why: "later", message: this.#trouble ?? "the token has expired", until: clock.now() + pauseMs };
  }

  /** A token that can be used, at once where there is one. */
  token(): LoginRecord | NoToken | Promise<LoginRecord | NoToken> {
    const record = this.#record;
    if (record?.state !== "ok") {
      const isDue = this.#deps.clock.monotonic() - this.#lookedAt > LOOK_AGAIN_MS;
      if (isDue) return this.look().then(() => (this.#record?.state === "ok" ? this.token() : this.#verdict()));
      return this.#verdict();
    }
    if (this.#until(this.#benchedUntil) > 0) return this.#verdict();
    const left = this.#leftMs();
    if (left > this.#leadMs) return record;
    const refresh = this.#refresh();
    return left > tooLate(record) ? record : this.#wait(refresh);
  }

  /**
   * The vendor refused the token of that generation before its time.
   * @returns whether there is a newer one
   */
  async renew(refused: number): Promise<boolean> {
    const { clock } = this.#deps;
    if ((this.#record?.generation ?? 0) > refused) return true;
    const isFresh = this.#forced === refused && (this.#record?.obtained_at ?? 0) > clock.now() - BENCH_MS;
    if (!isFresh) {
      await this.#refresh(refused);
      if (this.#record?.state === "ok" && this.#record.generation > refused) {
        this.#forced = this.#record.generation;
        return true;
      }
    }
    this.#benchedUntil = this.#in(BENCH_MS);
    this.#deps.changed();
    return false;
  }

  /** Refreshes now, because the user wants it. @throws {TokenRefused} */
  async refreshNow(): Promise<void> {
    await this.look();
    const before = this.#record?.generation;
    this.#retryAt = LONG_AGO;
    await this.#refresh(before);
    if (this.#record?.state === "ok" && this.#record.generation === before)
      throw new TokenRefused("later", "later", this.#trouble ?? "the vendor does not give a newer token yet");
  }

  /** Reads the login from the file again. */
  async look(): Promise<void> {
    const { store, clock, log } = this.#deps;
    this.#lookedAt = clock.monotonic();
    try {
      const stored = await store.login(this.name);
      this.#unread = undefined;
      const known = this.#record;
      // What could not be written down is still true, and in a backup of the file lies a refresh token that was spent.
      const isOlder =
        known &&
        stored &&
        (isLater(known, stored) || (stored.generation <= known.generation && stored.state !== known.state));
      if (!this.#unsaved && !isOlder) this.take(stored);
    } catch (error) {
      const why = (error instanceof Error ? error.message : String(error)).replace(/\.$/, "");
      if (why !== this.#unread) log("warn", `the login ${this.name} cannot be read: ${why}`);
      this.#unread = why;
      this.#trouble = why;
    }
  }

  /** From now on this is the login: after a sign-in, a logout, or a look at the file. */
  take(record: LoginRecord | undefined): void {
    const { clock, random, endpoints, changed } = this.#deps;
    const before = this.#record;
    this.#record = record;
    if (record?.generation === before?.generation && record?.state === before?.state) return;
    this.#failures = 0;
    this.#retryAt = LONG_AGO;
    this.#benchedUntil = LONG_AGO;
    this.#trouble = undefined;
    if (record) {
      const life = lifeOf(record);
      const leftMs = Math.min(record.expires_at - clock.now(), life);
      this.#end = { ...this.#in(leftMs), now: record.expires_at };
      const jitter = 0.9 + 0.2 * random();
      this.#leadMs = Math.min(endpoints(record.flow).refreshAheadMs * jitter, (life / 2) * jitter, life / 2);
    }
    this.#schedule();
    changed();
  }

  /** Lets a refresh that is under way end, and makes a last try to save what could not be saved. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#inflight;
    if (this.#unsaved) await this.#save();
  }

  #verdict(): LoginRecord | NoToken {
    const { missing } = this;
    if (missing) return missing;
    const record = this.#record;
    if (record && this.#leftMs() > 0) return record;
    const { clock } = this.#deps;
    return { why: "later", message: this.#trouble ?? "the login is being refreshed", until: clock.now() + 1_000 };
  }

  #leftMs(): number {
    return this.#until(this.#end);
  }

  #in(ms: number): Moment {
    const { clock } = this.#deps;
    return { now: clock.now() + ms, monotonic: clock.monotonic() + ms };
  }

  /** In ms; by the clock that comes to it first, so that neither a clock set back nor a machine's sleep puts it off. */
  #until({ now, monotonic }: Moment): number {
    const { clock } = this.#deps;
    return Math.min(now - clock.now(), monotonic - clock.monotonic());
  }

  async #wait(refresh: Promise<void>): Promise<LoginRecord | NoToken> {
    let callOff: (() => void) | undefined;
    const patience = new Promise<void>((resolve) => {
      callOff = deadline(PATIENCE_MS, resolve);
    });
    await Promise.race([refresh, patience]);
    callOff?.();
    return this.#verdict();
  }

  /** One at a time; whoever comes while it runs shares it. Never rejects, and nobody can cancel it. */
  #refresh(refused?: number): Promise<void> {
    if (this.#inflight) return this.#inflight;
    if (this.#earliestMs() > 0 || this.#closed) return Promise.resolve();
    this.#inflight = this.#run(refused).finally(() => {
      this.#inflight = undefined;
      this.#schedule();
    });
    return this.#inflight;
  }

  /** In how many ms the next refresh may be tried. */
  #earliestMs(): number {
    const { clock } = this.#deps;
    return Math.max(this.#until(this.#retryAt), (this.#record?.earliest_refresh_at ?? 0) - clock.now());
  }

  async #run(refused: number | undefined): Promise<void> {
    const { store, endpoints, clock, log } = this.#deps;
    const known = this.#record?.generation ?? 0;
    const isDue = (record: LoginRecord) =>
      record.generation <= (refused ?? known) ||
      (refused === undefined && record.expires_at - clock.now() <= this.#leadMs);
    try {
      const mayWait = refused === undefined && this.#leftMs() > tooLate(this.#record);
      const { now } = clock;
      const done = await refreshLogin({ name: this.name, store, endpoints, mine: this.#record, isDue, mayWait, now });
      this.#unsaved = done.unsaved;
      this.take(done.record);
      if (done.unsaved) log("warn", `the login ${this.name} cannot be written to disk: ${done.unsaved.message}`);
      if (this.#record && this.#record.state !== "ok")
        log("warn", `the login ${this.name} is over: ${this.#record.last_error?.message ?? ""}`);
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(error: unknown): void {
    const { random, log, changed } = this.#deps;
    const asked = error instanceof TokenRefused ? error.retryAfterMs : undefined;
    const own = Math.min(BACKOFF.firstMs * 2 ** this.#failures++, BACKOFF.maxMs) * (0.8 + 0.2 * random());
    const wait = asked === undefined ? own : Math.min(Math.max(asked, BACKOFF.firstMs), BACKOFF.maxMs);
    this.#retryAt = this.#in(wait);
    this.#trouble = error instanceof Error ? error.message : String(error);
    log(
      "warn",
      `the login ${this.name} could not be refreshed: ${this.#trouble}; next try in ${Math.ceil(wait / 1000)} s`,
    );
    changed();
  }

  /** A timer of its own, so that a quiet hour does not end in a wait; and so that nothing is lost that was not saved. */
  #schedule(): void {
    clearTimeout(this.#timer);
    const record = this.#record;
    if (this.#closed || record?.state !== "ok" || record.refresh_token === undefined) return;
    const dueIn = Math.max(this.#leftMs() - this.#leadMs, this.#earliestMs());
    const wait = this.#unsaved ? Math.min(dueIn, SAVE_AGAIN_MS) : dueIn;
    const act = async (): Promise<void> => {
      if (this.#unsaved) await this.#save();
      else await this.#refresh();
      this.#schedule(); // also where it was too early: a timer may come a moment before its time, and a clock be set back
    };
    this.#timer = setTimeout(() => void act(), Math.min(Math.max(wait, 10), MAX_TIMER_MS));
    this.#timer.unref();
  }

  async #save(): Promise<void> {
    const { store, changed } = this.#deps;
    const mine = this.#record;
    try {
      const stored = await store.update(this.name, (current) =>
        mine && current && current.generation < mine.generation ? mine : current,
      );
      this.#unsaved = undefined;
      this.take(stored);
      changed();
    } catch (error) {
      this.#unsaved = error instanceof Error ? error : new Error(String(error));
    }
  }
}

function lifeOf({ expires_at, obtained_at }: LoginRecord): number {
  return Math.max(0, expires_at - obtained_at);
}

function tooLate(record: LoginRecord | undefined): number {
  return record ? Math.min(TOO_LATE_MS, lifeOf(record) / 4) : 0;
}
