/**
 * Tokens for Vertex AI, by Google's application default credentials.
 * @module
 */
import { stat } from "node:fs/promises";
import type { Provider } from "../../config/settings.ts";
import type { Credential, Lookup } from "../credential.ts";
import type { Clock } from "../oauth/keeper.ts";
import { AdcFailed, type AdcFile, findAdcFile, HOW_TO_SIGN_IN } from "./find.ts";
import { metadataUrl, projectFromMetadata, tokenFromMetadata } from "./metadata.ts";
import { type GoogleToken, tokenFromFile } from "./tokens.ts";

type Environment = Readonly<Record<string, string | undefined>>;

interface Held {
  token: string;
  /** Ends on the two clocks, in ms. */
  ends: { wall: number; monotonic: number };
  leadMs: number;
  project: string | undefined;
  quotaProject: string | undefined;
  generation: number;
  /** The file that it came from, and its age then. */
  file: { path: string; mtimeMs: number } | undefined;
}

const AHEAD_MS = 5 * 60_000;
/** The metadata server hands out the same token until about this time before its end. */
const METADATA_AHEAD_MS = 225_000;
const TOO_LATE_MS = 30_000;
/** A refusal is remembered, so that a storm of requests does not become one of token requests. */
const FAILED_MS = { passing: 2_000, lasting: 10_000 };
/** A fresh token that is refused all the same says that tokens are not what is wrong; for so long. */
const FRESH_MS = 60_000;
/** Somebody may have put another file in the place of the one that was read. */
const LOOK_AGAIN_MS = 5_000;

/** One provider's token. */
class Source {
  #held: Held | undefined;
  #failed: { error: AdcFailed; at: number } | undefined;
  #inflight: Promise<Held> | undefined;
  #lookedAt = 0;
  /** The token that was fetched because the one before was refused. */
  #renewed: { generation: number; at: number } | undefined;
  readonly #env: Environment;
  readonly #clock: Clock;

  constructor(env: Environment, clock: Clock) {
    this.#env = env;
    this.#clock = clock;
  }

  get failure(): AdcFailed | undefined {
    return this.#failed?.error;
  }

  get(provider: Provider): Held | Promise<Held> {
    const held = this.#held;
    const left = held ? this.#left(held) : 0;
    if (held) this.#watch(provider, held);
    if (held && left > held.leadMs) return held;
    const refresh = this.#refresh(provider);
    if (!held || left <= TOO_LATE_MS) return refresh;
    refresh.catch(() => undefined); // kept in `failure`; the token still does
    return held;
  }

  /** The token of that generation was refused before its time. @returns whether there is a newer one */
  async renew(provider: Provider, refused: number): Promise<boolean> {
    if ((this.#held?.generation ?? 0) > refused) return true;
    const now = this.#clock.monotonic();
    const isFresh = this.#renewed?.generation === refused && now - this.#renewed.at < FRESH_MS;
    if (isFresh && !(await isReplaced(this.#held?.file))) return false;
    try {
      const { generation } = await this.#refresh(provider);
      this.#renewed = { generation, at: now };
      return generation > refused;
    } catch (error) {
      if (error instanceof AdcFailed) return false;
      throw error;
    }
  }

  #left({ ends }: Held): number {
    return Math.min(ends.wall - this.#clock.now(), ends.monotonic - this.#clock.monotonic());
  }

  #refresh(provider: Provider): Promise<Held> {
    const failed = this.#failed;
    const patience = failed?.error.reason === "overloaded" ? FAILED_MS.passing : FAILED_MS.lasting;
    if (failed && this.#clock.monotonic() - failed.at < patience) return Promise.reject(failed.error);
    this.#inflight ??= this.#fetch(provider).finally(() => {
      this.#inflight = undefined;
    });
    return this.#inflight;
  }

  async #fetch(provider: Provider): Promise<Held> {
    try {
      const file = await findAdcFile(provider, this.#env);
      const held = file ? await this.#fromFile(provider, file) : await this.#fromMetadata(provider);
      this.#held = held;
      this.#failed = undefined;
      return held;
    } catch (error) {
      if (error instanceof AdcFailed) this.#failed = { error, at: this.#clock.monotonic() };
      throw error;
    }
  }

  async #fromFile(provider: Provider, file: AdcFile): Promise<Held> {
    const now = () => this.#clock.now();
    const { mtimeMs } = await stat(file.path);
    const token = await tokenFromFile(file, { tokenUrl: provider.oauth.token_url || undefined, now });
    const text = (name: string): string | undefined => {
      const value = file.content[name];
      return typeof value === "string" && value !== "" ? value : undefined;
    };
    return {
      ...this.#lived(token, AHEAD_MS),
      project: text("project_id") ?? text("quota_project_id"),
      quotaProject: text("quota_project_id"),
      file: { path: file.path, mtimeMs },
    };
  }

  async #fromMetadata({ oauth, project }: Provider): Promise<Held> {
    const url = metadataUrl(oauth.metadata_url || undefined, this.#env);
    const token = url === undefined ? undefined : await tokenFromMetadata(url);
    if (url === undefined || !token)
      throw new AdcFailed(`There are no Google credentials. ${HOW_TO_SIGN_IN}`, "no_credential");
    return {
      ...this.#lived(token, METADATA_AHEAD_MS),
      project: project === "" ? await projectFromMetadata(url) : undefined,
      quotaProject: undefined,
      file: undefined,
    };
  }

  #lived({ token, expiresInMs }: GoogleToken, aheadMs: number): Pick<Held, "token" | "ends" | "leadMs" | "generation"> {
    const ends = { wall: this.#clock.now() + expiresInMs, monotonic: this.#clock.monotonic() + expiresInMs };
    const isNew = token !== this.#held?.token;
    const generation = (this.#held?.generation ?? 0) + (isNew ? 1 : 0);
    return { token, ends, leadMs: Math.min(aheadMs, expiresInMs / 2), generation };
  }

  /** Looks at the file now and then; with another one, the next request gets another token. */
  #watch(provider: Provider, { file }: Held): void {
    if (!file || this.#clock.monotonic() - this.#lookedAt < LOOK_AGAIN_MS) return;
    this.#lookedAt = this.#clock.monotonic();
    isReplaced(file).then((replaced) => {
      if (replaced) this.#refresh(provider).catch(() => undefined); // kept in `failure`
    });
  }
}

/** Has it changed since it was read? One that is gone has not: its token is good until its end. */
async function isReplaced(file: Held["file"]): Promise<boolean> {
  if (!file) return false;
  return stat(file.path).then(
    ({ mtimeMs }) => mtimeMs !== file.mtimeMs,
    () => false,
  );
}

/** The tokens of all providers that use application default credentials. */
export class Adc {
  readonly #env: Environment;
  readonly #clock: Clock;
  readonly #sources = new Map<string, Source>();

  constructor(env: Environment, clock: Clock) {
    this.#env = env;
    this.#clock = clock;
  }

  find(provider: Provider): Lookup | Promise<Lookup> {
    const held = this.#source(provider).get(provider);
    if (!(held instanceof Promise)) return this.#credential(provider, held);
    return held.then(
      (got) => this.#credential(provider, got),
      (error: unknown) => {
        if (!(error instanceof AdcFailed)) throw error;
        return { failure: { reason: error.reason, message: error.message }, counts: false };
      },
    );
  }

  async renew(provider: Provider, refused: Credential): Promise<boolean> {
    return this.#source(provider).renew(provider, refused.generation ?? 0);
  }

  /** Why the last token could not be had. */
  trouble(provider: Provider): string | undefined {
    return this.#source(provider).failure?.message;
  }

  #source(provider: Provider): Source {
    const { adc_file, token_url, metadata_url } = provider.oauth;
    const key = JSON.stringify([adc_file, token_url, metadata_url, provider.project === ""]);
    let source = this.#sources.get(key);
    if (!source) {
      source = new Source(this.#env, this.#clock);
      this.#sources.set(key, source);
    }
    return source;
  }

  #credential(provider: Provider, held: Held): Credential {
    const quota = provider.oauth.quota_project || this.#env.GOOGLE_CLOUD_QUOTA_PROJECT || held.quotaProject;
    const project = provider.project || this.#env.GCLOUD_PROJECT || held.project;
    return {
      headers: {
        authorization: `Bearer ${held.token}`,
        ...(quota && provider.headers["x-goog-user-project"] === undefined && { "x-goog-user-project": quota }),
      },
      secrets: [held.token],
      generation: held.generation,
      ...(project &&
        project !== provider.project && { access: { type: provider.type, baseUrl: provider.baseUrl, project } }),
    };
  }
}
