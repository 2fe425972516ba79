/**
 * The logins of all providers: kept alive, handed out, begun and ended. Loaded only where the configuration has a login.
 * @module
 */
import type { InboundRequest } from "../../anthropic/request.ts";
import { flowOf, type LoginFlow, opensType } from "../../catalog/logins.ts";
import type { Provider } from "../../config/settings.ts";
import type { Credential, Lookup, NoCredential } from "../credential.ts";
import { accessOf } from "./access.ts";
import { codeAssistProject } from "./code-assist.ts";
import { type Endpoints, endpointsOf } from "./endpoints.ts";
import { FLOWS } from "./flows/index.ts";
import { ForeignLogin } from "./foreign-login.ts";
import { type Clock, Keeper, type NoToken } from "./keeper.ts";
import { claudePlan } from "./profile.ts";
import type { LoginRecord } from "./record.ts";
import { revoke } from "./revoke.ts";
import { SignInFailed } from "./sign-in-failed.ts";
import type { SignInStart } from "./sign-in-start.ts";
import { type SignInMethod, type SignInRequest, SignIns } from "./sign-ins.ts";
import { TokenStore } from "./store.ts";

export interface LoginsDeps {
  /** The state directory. */
  dir: string;
  env: Readonly<Record<string, string | undefined>>;
  clock: Clock;
  /** 0 to 1. */
  random: () => number;
  log: (level: "info" | "warn", message: string) => void;
  /** Called after each change that a user might see. */
  changed: () => void;
  /** Called when somebody has signed in at the provider. */
  signedIn: (provider: string) => void;
}

type Holder = Keeper | ForeignLogin;

/** What became of a logout. */
export interface SignedOut {
  /** How it had been signed in; undefined when it had not. */
  flow: LoginFlow | undefined;
  /** The vendor has confirmed that the login is void. */
  revoked: boolean;
}

export class Logins {
  readonly #deps: LoginsDeps;
  readonly #store: TokenStore;
  readonly #signIns: SignIns;
  /** By login name. */
  readonly #holders = new Map<string, Holder>();
  /** The provider whose settings a login goes by. */
  #providers = new Map<string, Provider>();

  constructor(deps: LoginsDeps) {
    this.#deps = deps;
    const { clock, log, changed } = deps;
    this.#store = new TokenStore({ dir: deps.dir, now: () => clock.now(), warn: (message) => log("warn", message) });
    this.#signIns = new SignIns({
      now: () => clock.now(),
      keep: (request, record) => this.#keep(request, record),
      changed,
      report: (error) => log("warn", `a sign-in failed: ${error instanceof Error ? error.stack : String(error)}`),
    });
  }

  get signIns(): Pick<SignIns, "paste" | "callback" | "cancel" | "stateOf"> {
    return this.#signIns;
  }

  /** Takes over the configuration: reads the logins that it names, and keeps them alive from now on. */
  async use(providers: Iterable<Provider>): Promise<void> {
    const wanted = [...providers].filter(({ authType, enabled }) => authType === "oauth" && enabled);
    this.#providers = new Map(wanted.map((provider) => [loginName(provider), provider]));
    for (const [name, holder] of this.#holders) {
      const provider = this.#providers.get(name);
      const foreign = holder instanceof ForeignLogin ? holder.path : undefined;
      if (provider && foreign === this.#foreignPath(provider)) continue;
      this.#holders.delete(name);
      if (holder instanceof Keeper) await holder.close();
    }
    await Promise.all(wanted.map((provider) => this.#holder(provider).look()));
  }

  find(provider: Provider, inbound: InboundRequest): Lookup | Promise<Lookup> {
    const token = this.#holder(provider).token();
    if (token instanceof Promise) return token.then((got) => this.#credential(provider, got, inbound));
    return this.#credential(provider, token, inbound);
  }

  async renew(provider: Provider, refused: Credential): Promise<boolean> {
    return refused.generation !== undefined && (await this.#holder(provider).renew(refused.generation));
  }

  /** The login of the provider, and why it cannot be used now, if so. */
  standing(provider: Provider): { record: LoginRecord | undefined; missing: NoToken | undefined; trouble?: string } {
    const holder = this.#holder(provider);
    const { record, missing, trouble } = holder;
    return { record, missing, ...(trouble !== undefined && { trouble }) };
  }

  /** @throws {SignInFailed} */
  async signIn(provider: Provider, method: SignInMethod, acceptedTerms: boolean): Promise<SignInStart> {
    const flow = method === "device" && provider.type.id === "openai" ? "codex" : flowFor(provider);
    const endpoints = endpointsOf(flow, provider.oauth);
    refuseWhatIsOff(provider, endpoints);
    const holder = this.#holder(provider);
    if (holder instanceof ForeignLogin)
      throw new SignInFailed(
        `This provider uses the login in ${holder.path}. To sign in here, take oauth.from out of it.`,
      );
    const known = holder.record;
    return this.#signIns.begin({
      provider,
      endpoints,
      method,
      clientId:
        known?.flow === flow && known.issuer === new URL(endpoints.tokenUrl).origin ? known.client_id : undefined,
      hostId: flow === "chatgpt" ? await this.#store.hostId() : "",
      acceptedTerms,
    });
  }

  /** @throws {TokenRefused} when there is no newer token */
  async refresh(provider: Provider): Promise<void> {
    const holder = this.#holder(provider);
    if (holder instanceof ForeignLogin)
      throw new SignInFailed(`This login belongs to another program (${holder.path}); only that one may refresh it.`);
    await holder.refreshNow();
  }

  /** Forgets the login, and has the vendor void it where it can. */
  async signOut(provider: Provider): Promise<SignedOut> {
    const holder = this.#holder(provider);
    if (holder instanceof ForeignLogin)
      throw new SignInFailed(`This login belongs to another program; take \`from\` out of the provider's settings.`);
    await holder.look();
    const { record } = holder;
    if (!record) return { flow: undefined, revoked: false };
    const revoked = await revoke(endpointsOf(record.flow, provider.oauth), record);
    await this.#store.update(loginName(provider), () => undefined);
    holder.take(undefined);
    return { flow: record.flow, revoked };
  }

  async close(): Promise<void> {
    this.#signIns.close();
    for (const holder of this.#holders.values()) if (holder instanceof Keeper) await holder.close();
  }

  #credential(provider: Provider, token: LoginRecord | NoToken, inbound: InboundRequest): Lookup {
    if (isMissing(token)) return noCredential(provider, token);
    if (!opensType(token.flow, provider.type.id)) {
      const message = `the login "${loginName(provider)}" is not one for ${provider.type.label}`;
      return { failure: { reason: "auth", message }, counts: false };
    }
    const found = FLOWS[token.flow].credential(token, inbound);
    const access = accessOf(provider, endpointsOf(token.flow, provider.oauth), token);
    return "headers" in found && access ? { ...found, access } : found;
  }

  #holder(provider: Provider): Holder {
    const name = loginName(provider);
    let holder = this.#holders.get(name);
    if (!holder) {
      holder = this.#makeHolder(name, provider);
      this.#holders.set(name, holder);
    }
    return holder;
  }

  #makeHolder(name: string, provider: Provider): Holder {
    const { clock, random, log, changed, env } = this.#deps;
    if (provider.oauth.from) return new ForeignLogin(provider.oauth.from, env, clock);
    const endpoints = (flow: LoginFlow) => endpointsOf(flow, (this.#providers.get(name) ?? provider).oauth);
    return new Keeper(name, { store: this.#store, clock, random, endpoints, log, changed });
  }

  #foreignPath({ oauth }: Provider): string | undefined {
    return oauth.from ? new ForeignLogin(oauth.from, this.#deps.env, this.#deps.clock).path : undefined;
  }

  /** A sign-in has brought a login: it takes the place of the one before. */
  async #keep({ provider, endpoints, acceptedTerms }: SignInRequest, record: LoginRecord): Promise<void> {
    const name = loginName(provider);
    const { clock, log } = this.#deps;
    const complete: LoginRecord = {
      ...record,
      ...(acceptedTerms && { accepted_terms_at: clock.now() }),
      ...(endpoints.flow === "google" && { project: await this.#googleProject(provider, endpoints, record) }),
      account: { ...record.account, ...(await claudePlan(endpoints, record)) },
    };
    let before: LoginRecord | undefined;
    const kept = await this.#store
      .update(name, (current) => {
        before = current;
        return { ...complete, generation: (current?.generation ?? 0) + 1 };
      })
      .catch((error: unknown) => {
        if (!(error instanceof Error)) throw error;
        throw new SignInFailed(`The vendor let you in, but the login cannot be written to disk: ${error.message}`);
      });
    const holder = this.#holder(provider);
    if (holder instanceof Keeper) holder.take(kept);
    log("info", `signed in: ${name}`);
    this.#deps.signedIn(provider.name);
    if (before && endpoints.revokesSuperseded && before.refresh_token !== record.refresh_token)
      await revoke(endpoints, before);
  }

  #googleProject(
    provider: Provider,
    { apiBase = "" }: Endpoints,
    { access_token: accessToken }: LoginRecord,
  ): Promise<string> {
    const { env } = this.#deps;
    const project = provider.project || env.GOOGLE_CLOUD_PROJECT || env.GOOGLE_CLOUD_PROJECT_ID || "";
    return codeAssistProject({ apiBase, accessToken, project });
  }
}

/** Two providers may share one login. */
export function loginName({ name, login }: Provider): string {
  return login ?? name;
}

function flowFor({ type, oauth }: Provider): LoginFlow {
  const flow = flowOf(type.id, oauth.flow);
  if (!flow) throw new SignInFailed(`There is no sign-in for ${type.label}; give it an API key.`);
  return flow;
}

function refuseWhatIsOff(
  { name, oauth }: Provider,
  { offByDefault, terms, clientSecret, tokenUrl, label }: Endpoints,
): void {
  if (!offByDefault) return;
  if (oauth.enabled !== true)
    throw new SignInFailed(
      `${label} is switched off. ${terms.text} If you have such a licence and want it all the same, put oauth = { enabled = true, client_secret = "…" } into the provider "${name}".`,
    );
  if (clientSecret === undefined && !oauth.token_url)
    throw new SignInFailed(
      `${label} needs oauth.client_secret in the provider "${name}": ${new URL(tokenUrl).host} asks for it.`,
    );
}

function isMissing(token: LoginRecord | NoToken): token is NoToken {
  return !("access_token" in token);
}

function noCredential({ name }: Provider, { why, message, until }: NoToken): NoCredential {
  const mend = why === "blocked" ? "" : `; run \`ccmctl login ${name}\``;
  const reason = why === "signed_out" ? "no_credential" : "auth";
  if (why !== "later") return { failure: { reason, message: `${message}${mend}` }, counts: false };
  const retryAfterMs = Number.isFinite(until) ? Math.max(0, until - Date.now()) : undefined;
  return {
    failure: { reason: "overloaded", message, ...(retryAfterMs !== undefined && { retryAfterMs }) },
    counts: false,
  };
}
