/**
 * One login as it is kept on disk. Holds secrets.
 * @module
 */
import * as v from "valibot";
import { LOGINS, type LoginFlow } from "../../catalog/logins.ts";

/** `needs_login`: the vendor has ended it. `blocked`: the vendor, or an administrator, has shut the account out. */
const LOGIN_STATES = ["ok", "needs_login", "blocked"] as const;

const optionalText = v.optional(v.string());
const epochMs = v.number();

/** Fields that we do not know are kept: a newer version may have written them. */
const recordSchema = v.looseObject({
  flow: v.picklist(Object.keys(LOGINS) as LoginFlow[]),
  state: v.picklist(LOGIN_STATES),
  /** Origin of the token endpoint that made the refresh token; it is sent to no other. */
  issuer: v.string(),
  client_id: v.string(),
  access_token: v.string(),
  refresh_token: optionalText,
  scopes: v.array(v.string()),
  obtained_at: epochMs,
  expires_at: epochMs,
  /** The vendor does not want to be asked for a newer one before. */
  earliest_refresh_at: v.optional(epochMs),
  /** One more with every login and every refresh. */
  generation: v.number(),
  account: v.optional(v.looseObject({ id: optionalText, email: optionalText, plan: optionalText }), {}),
  /** Google: the project that requests are made in. */
  project: optionalText,
  /** When the user was shown the vendor's terms and went on. */
  accepted_terms_at: v.optional(epochMs),
  /** A refresh was begun and has not been heard of since. */
  refreshing: v.optional(v.looseObject({ generation: v.number(), since: epochMs })),
  last_error: v.optional(v.looseObject({ code: v.string(), message: v.string(), at: epochMs })),
});

export type LoginRecord = v.InferOutput<typeof recordSchema>;

/**
 * Is `a` what became of `b` by refreshing it? A login that was made anew after a logout begins to count again, and is told by
 * its time.
 */
export function isLater(a: LoginRecord, b: LoginRecord): boolean {
  return a.generation > b.generation && a.obtained_at >= b.obtained_at;
}

export const FILE_VERSION = 1;

const fileSchema = v.looseObject({
  version: v.number(),
  /** Names this installation to OpenAI; made once, and never shared between machines. */
  host_id: optionalText,
  /** One that we do not understand, of a newer version or spoilt by hand, is kept too: it costs nobody the others. */
  logins: v.record(v.string(), v.looseObject({})),
});

export type TokenFile = v.InferOutput<typeof fileSchema>;

/** @returns undefined when there is none of that name, or it is none that we understand */
export function loginIn({ logins }: TokenFile, name: string): LoginRecord | undefined {
  const result = v.safeParse(recordSchema, Object.hasOwn(logins, name) ? logins[name] : undefined);
  return result.success ? result.output : undefined;
}

export function emptyFile(): TokenFile {
  return { version: FILE_VERSION, logins: {} };
}

/** @returns undefined when the text is no token file */
export function parseTokenFile(text: string): TokenFile | undefined {
  const value = parseJson(text);
  const result = v.safeParse(fileSchema, value);
  return result.success ? result.output : fromOriginal(value);
}

const originalSchema = v.record(
  v.string(),
  v.looseObject({ access_token: v.string(), refresh_token: v.string(), expires_at: v.string() }),
);

/**
 * The file of the original claude-code-mux (Rust), which lay at the same place: `{provider: {access_token, refresh_token,
 * expires_at, …}}`. It knew the vendor by the provider's name only.
 */
function fromOriginal(value: unknown): TokenFile | undefined {
  const result = v.safeParse(originalSchema, value);
  if (!result.success || Object.keys(result.output).length === 0) return undefined;
  const logins = Object.entries(result.output).map(([name, { access_token, refresh_token, expires_at }]) => {
    const flow: LoginFlow = /openai|chatgpt|codex/i.test(name)
      ? "codex"
      : /gemini|google/i.test(name)
        ? "google"
        : "claude";
    const { tokenUrl, clientId } = LOGINS[flow];
    const record: LoginRecord = {
      flow,
      state: "ok",
      issuer: new URL(tokenUrl).origin,
      client_id: clientId,
      access_token,
      refresh_token,
      scopes: [],
      obtained_at: 0,
      expires_at: Date.parse(expires_at) || 0,
      generation: 1,
      account: {},
    };
    return [name, record] as const;
  });
  return { version: FILE_VERSION, logins: Object.fromEntries(logins) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // the caller says what is wrong with the file
  }
}
