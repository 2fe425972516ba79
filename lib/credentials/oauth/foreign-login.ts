/**
 * Logins of other programs, used as they are. Their owner refreshes them: the vendors take a refresh token only once, so
 * that a second program which used it would sign the first one out. Nothing is ever written there, and no copy kept.
 * @module
 */
import { readFile, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { LoginFlow } from "../../catalog/logins.ts";
import { openaiAccount } from "./flows/openai-claims.ts";
import { readClaims } from "./jwt.ts";
import type { Clock, NoToken } from "./keeper.ts";
import type { LoginRecord } from "./record.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Some programs write their file in place, so that one may see half of it. */
const HALF_WRITTEN = { tries: 3, pauseMs: 50 };
/** The file is looked at again after so long. */
const LOOK_AGAIN_MS = 1_000;

/** A login that belongs to another program. */
export class ForeignLogin {
  readonly path: string;
  readonly #clock: Clock;
  readonly #owner: string;
  #record: LoginRecord | undefined;
  #why = "it has not been read yet";
  #version = "";
  #lookedAt = Number.NEGATIVE_INFINITY;

  /** @param from `claude-code`, `codex`, or the path of such a file */
  constructor(from: string, env: Environment, clock: Clock) {
    this.path = foreignPath(from, env);
    this.#owner = from.includes("codex") ? "codex" : "claude";
    this.#clock = clock;
  }

  get record(): LoginRecord | undefined {
    return this.#record;
  }

  get trouble(): string | undefined {
    return this.missing?.message;
  }

  get missing(): NoToken | undefined {
    const record = this.#record;
    const until = Number.POSITIVE_INFINITY;
    if (!record) return { why: "signed_out", message: `no login in ${this.path}: ${this.#why}`, until };
    if (record.expires_at > this.#clock.now()) return undefined;
    const message = `the login in ${this.path} has expired; its owner refreshes it: run \`${this.#owner}\` once`;
    return { why: "needs_login", message, until };
  }

  token(): LoginRecord | NoToken | Promise<LoginRecord | NoToken> {
    if (this.#clock.monotonic() - this.#lookedAt < LOOK_AGAIN_MS) return this.missing ?? (this.#record as LoginRecord);
    return this.look().then(() => this.missing ?? (this.#record as LoginRecord));
  }

  /** Its owner may have refreshed it in the meantime. */
  async renew(refused: number): Promise<boolean> {
    await this.look();
    return (this.#record?.generation ?? 0) > refused && this.missing === undefined;
  }

  async look(): Promise<void> {
    this.#lookedAt = this.#clock.monotonic();
    try {
      const { mtimeMs, size, ino } = await stat(this.path);
      const version = `${mtimeMs} ${size} ${ino}`;
      if (version === this.#version) return;
      const record = await this.#read();
      this.#version = version;
      const isNew = record.access_token !== this.#record?.access_token;
      this.#record = { ...record, generation: (this.#record?.generation ?? 0) + (isNew ? 1 : 0) };
    } catch (error) {
      this.#record = undefined;
      this.#version = "";
      this.#why = error instanceof Error ? error.message : String(error);
    }
  }

  async #read(): Promise<LoginRecord> {
    for (let tries = 1; ; tries++) {
      const text = await readFile(this.path, "utf8");
      const record = readForeign(text, this.#clock.now());
      if (record) return record;
      if (tries === HALF_WRITTEN.tries) throw new Error("it holds no login of Claude Code or Codex");
      await sleep(HALF_WRITTEN.pauseMs);
    }
  }
}

/** Where the program keeps its login. */
export function foreignPath(from: string, env: Environment): string {
  const home = env.HOME || homedir();
  if (from === "claude-code")
    return join(
      env.CLAUDE_SECURESTORAGE_CONFIG_DIR || env.CLAUDE_CONFIG_DIR || join(home, ".claude"),
      ".credentials.json",
    );
  if (from === "codex") return join(env.CODEX_HOME || join(home, ".codex"), "auth.json");
  return from.replace(/^~(?=\/)/, home);
}

/** @returns undefined when the text holds neither program's login */
export function readForeign(text: string, now: number): LoginRecord | undefined {
  const file = fields(parse(text));
  const claude = fields(file.claudeAiOauth);
  if (typeof claude.accessToken === "string") {
    const { accessToken, expiresAt, subscriptionType } = claude;
    const plan = typeof subscriptionType === "string" ? { plan: subscriptionType } : {};
    return borrowed("claude", accessToken, Number(expiresAt) || Number.POSITIVE_INFINITY, now, plan);
  }
  const codex = fields(file.tokens);
  if (typeof codex.access_token === "string") {
    const { access_token: token, id_token: idToken, account_id: id } = codex;
    const account = openaiAccount([typeof idToken === "string" ? idToken : undefined, token]);
    const expiry = readClaims(token)?.exp;
    const end = typeof expiry === "number" ? expiry * 1000 : Number.POSITIVE_INFINITY;
    return borrowed("codex", token, end, now, { ...account, ...(typeof id === "string" && { id }) });
  }
  return undefined;
}

function borrowed(
  flow: LoginFlow,
  token: string,
  expiresAt: number,
  now: number,
  account: LoginRecord["account"],
): LoginRecord {
  return {
    flow,
    state: "ok",
    issuer: "",
    client_id: "",
    access_token: token,
    scopes: [],
    obtained_at: now,
    expires_at: expiresAt,
    generation: 1,
    account,
  };
}

function fields(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // half a file, or none of theirs
  }
}
