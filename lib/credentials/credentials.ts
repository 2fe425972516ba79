/**
 * The credentials of all providers. What is rarely needed (logins, Google's tokens, keys from files and commands) is
 * loaded when the configuration first asks for it.
 * @module
 */
import type { InboundRequest } from "../anthropic/request.ts";
import type { Provider } from "../config/settings.ts";
import type { Adc } from "./adc/adc.ts";
import type { Credential, CredentialSource, Lookup } from "./credential.ts";
import { keyCredential, nothingToSend, staticCredential } from "./headers.ts";
import type { KeySources } from "./key-source.ts";
import type { Logins } from "./oauth/logins.ts";
import type { PlanUsage } from "./usage-windows.ts";

export interface CredentialsDeps {
  /** The state directory. */
  dir: string;
  env: NodeJS.ProcessEnv;
  log: (level: "info" | "warn", message: string) => void;
  /** Somebody has signed in: what happened at the provider before says nothing any more. */
  signedIn: (provider: string) => void;
}

export class Credentials implements CredentialSource {
  readonly #deps: CredentialsDeps;
  readonly #listeners = new Set<() => void>();
  readonly #usage = new Map<string, PlanUsage>();
  #logins: Logins | undefined;
  #adc: Adc | undefined;
  #keys: KeySources | undefined;
  #readUsage: typeof import("./usage-windows.ts").readPlanUsage | undefined;

  constructor(deps: CredentialsDeps) {
    this.#deps = deps;
  }

  /** Takes over the configuration. Resolves when its logins have been read. */
  async use(providers: ReadonlyMap<string, Provider>): Promise<void> {
    const enabled = [...providers.values()].filter((provider) => provider.enabled);
    if (enabled.some(hasPlan)) this.#readUsage = (await import("./usage-windows.ts")).readPlanUsage;
    if (this.#logins || enabled.some(({ authType }) => authType === "oauth"))
      await (await this.logins()).use(providers.values());
  }

  find(provider: Provider, index: number, inbound: InboundRequest): Lookup | Promise<Lookup> {
    return staticCredential(provider, index, inbound.headers) ?? this.#fetched(provider, index, inbound);
  }

  async renew(provider: Provider, index: number, refused: Credential): Promise<boolean> {
    if (provider.authType === "oauth") return (await this.logins()).renew(provider, refused);
    if (provider.authType === "adc") return (await this.#loadAdc()).renew(provider, refused);
    const source = provider.apiKeys[index];
    if (source === undefined || refused.generation === undefined) return false;
    return (await this.#loadKeys()).renew(source, refused.generation);
  }

  /**
   * Epoch ms until which the provider has no credential, whatever its health; 0 when it may have one, Infinity when only
   * the user can mend it.
   */
  missingUntil(provider: Provider): number {
    if (provider.authType !== "oauth" || !this.#logins) return 0;
    const until = this.#logins.standing(provider).missing?.until ?? 0;
    return until > Date.now() ? until : 0;
  }

  /** What the headers of an answer say of the user's plan. */
  saw(provider: Provider, headers: Readonly<Record<string, string | string[] | undefined>>): void {
    if (!this.#readUsage || !hasPlan(provider)) return;
    const usage = this.#readUsage(headers, Date.now());
    if (usage) this.#usage.set(provider.name, usage);
  }

  /** How much of its plan is used up, as the vendor last told. */
  usageOf(provider: string): PlanUsage | undefined {
    return this.#usage.get(provider);
  }

  /** The logins, if any have been asked for; at once. */
  get loadedLogins(): Logins | undefined {
    return this.#logins;
  }

  /** Why the last token of a provider with application default credentials could not be had. */
  adcTrouble(provider: Provider): string | undefined {
    return this.#adc?.trouble(provider);
  }

  /** The logins; loaded on first use. */
  async logins(): Promise<Logins> {
    const { Logins } = await import("./oauth/logins.ts");
    this.#logins ??= new Logins({
      ...this.#deps,
      clock: CLOCK,
      random: Math.random,
      changed: () => {
        for (const listener of this.#listeners) listener();
      },
    });
    return this.#logins;
  }

  /** Calls the listener after each change of a login; the returned function takes it off. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Lets what is under way at a vendor's come to its end: an answer that nobody hears may cost the login. */
  async close(): Promise<void> {
    await this.#logins?.close();
  }

  #fetched(provider: Provider, index: number, inbound: InboundRequest): Lookup | Promise<Lookup> {
    if (provider.authType === "oauth")
      return this.#overPlan(provider) ?? this.#logins?.find(provider, inbound) ?? this.#loginLater(provider, inbound);
    if (provider.authType === "adc")
      return this.#adc?.find(provider) ?? this.#loadAdc().then((adc) => adc.find(provider));
    return this.#fetchedKey(provider, provider.apiKeys[index] ?? "");
  }

  async #loginLater(provider: Provider, inbound: InboundRequest): Promise<Lookup> {
    return (await this.logins()).find(provider, inbound);
  }

  /** What lies beyond the plan is billed, and some would rather wait. */
  #overPlan({ name, oauth }: Provider): Lookup | undefined {
    const usage = oauth.plan_limits_only ? this.#usage.get(name) : undefined;
    if (!usage?.overage) return undefined;
    const reset = Math.min(
      ...usage.windows.flatMap(({ used, resets_at }) => (used >= 1 && resets_at ? [resets_at] : [])),
    );
    const retryAfterMs = (Number.isFinite(reset) ? reset : usage.seen_at + UNTOLD_RESET_MS) - Date.now();
    if (retryAfterMs <= 0) return undefined;
    const message = "the plan is used up, and oauth.plan_limits_only says not to go on for money";
    return { failure: { reason: "quota_window", message, retryAfterMs }, counts: false };
  }

  async #fetchedKey(provider: Provider, source: string): Promise<Lookup> {
    const keys = await this.#loadKeys();
    try {
      const { key, generation } = await keys.get(source);
      return { ...keyCredential(provider, key), generation };
    } catch (error) {
      const { NoKey } = await import("./key-source.ts");
      if (error instanceof NoKey) return nothingToSend(error.message, false);
      throw error;
    }
  }

  async #loadKeys(): Promise<KeySources> {
    const { KeySources } = await import("./key-source.ts");
    const { env, log } = this.#deps;
    this.#keys ??= new KeySources({ env, warn: (message) => log("warn", message) }, CLOCK.monotonic);
    return this.#keys;
  }

  async #loadAdc(): Promise<Adc> {
    const { Adc } = await import("./adc/adc.ts");
    this.#adc ??= new Adc(this.#deps.env, CLOCK);
    return this.#adc;
  }
}

const CLOCK = { now: Date.now, monotonic: () => performance.now() };

/** A plan whose end the vendor did not tell is asked about again after so long. */
const UNTOLD_RESET_MS = 5 * 60_000;

/** Is it the user's plan that pays? */
function hasPlan({ authType }: Provider): boolean {
  return authType === "oauth" || authType === "passthrough";
}
