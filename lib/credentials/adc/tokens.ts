import { readFile } from "node:fs/promises";
import { get, NoAnswer, type Params, post, postJson, type Reply } from "../oauth/http.ts";
import { signJwt } from "../oauth/jwt.ts";
import { AdcFailed, type AdcFile } from "./find.ts";

/** An access token of Google's. Secret. */
export interface GoogleToken {
  token: string;
  expiresInMs: number;
}

const TOKEN_URL = "https://oauth2.googleapis.com/token";
const SCOPE = "https://www.googleapis.com/auth/cloud-platform";
const JWT_LIFE_S = 3600;
const SIGN_IN_AGAIN = "Sign in again: gcloud auth application-default login";

export interface TokenContext {
  /** Instead of Google's. */
  tokenUrl: string | undefined;
  /** Epoch ms. */
  now: () => number;
}

/**
 * Asks for a token with what the file holds.
 * @see https://google.aip.dev/auth
 * @throws {AdcFailed}
 */
export async function tokenFromFile(file: AdcFile, context: TokenContext): Promise<GoogleToken> {
  switch (file.content.type) {
    case "authorized_user":
      return fromRefreshToken(file, context);
    case "service_account":
      return fromKey(file, context);
    case "impersonated_service_account":
      return impersonated(file, context);
    case "external_account":
      return fromOtherCloud(file, context);
    default:
      throw new AdcFailed(`${file.path}: credentials of the type ${String(file.content.type)} are not known here.`);
  }
}

async function fromRefreshToken({ path, content }: AdcFile, { tokenUrl }: TokenContext): Promise<GoogleToken> {
  const { client_id, client_secret, refresh_token } = texts(
    path,
    content,
    "client_id",
    "client_secret",
    "refresh_token",
  );
  return readToken(
    path,
    await ask(tokenUrl ?? TOKEN_URL, { grant_type: "refresh_token", client_id, client_secret, refresh_token }),
  );
}

/** A signed assertion for a token (RFC 7523, section 2.1). */
async function fromKey(file: AdcFile, { tokenUrl, now }: TokenContext): Promise<GoogleToken> {
  const { client_email, private_key } = texts(file.path, file.content, "client_email", "private_key");
  const keyId = file.content.private_key_id;
  const request = async (at: number): Promise<Reply> => {
    const iat = Math.floor(at / 1000);
    const claims = { iss: client_email, scope: SCOPE, aud: TOKEN_URL, iat, exp: iat + JWT_LIFE_S };
    const assertion = signJwt(claims, private_key, typeof keyId === "string" ? keyId : undefined);
    return ask(tokenUrl ?? TOKEN_URL, { grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer", assertion });
  };
  const reply = await request(now()).catch((error: unknown) => {
    if (error instanceof AdcFailed || !(error instanceof Error)) throw error;
    throw new AdcFailed(`${file.path}: the private key cannot be used (${error.message}).`);
  });
  // A clock that is off makes Google refuse the times in the assertion; its own time is in the answer.
  const date = Date.parse(reply.headers.get("date") ?? "");
  const isClock = reply.status === 400 && /\b(?:iat|exp)\b|timeframe/i.test(reply.text) && !Number.isNaN(date);
  return readToken(file.path, isClock ? await request(date) : reply);
}

async function impersonated({ path, content }: AdcFile, context: TokenContext): Promise<GoogleToken> {
  const { service_account_impersonation_url: url } = texts(path, content, "service_account_impersonation_url");
  const source = content.source_credentials;
  if (typeof source !== "object" || source === null) throw new AdcFailed(`${path} lacks source_credentials.`);
  const { token } = await tokenFromFile({ path, content: source as AdcFile["content"] }, context);
  return impersonate(path, url, token, content.delegates);
}

async function impersonate(path: string, url: string, token: string, delegates: unknown): Promise<GoogleToken> {
  const body = { scope: [SCOPE], lifetime: `${JWT_LIFE_S}s`, ...(Array.isArray(delegates) && { delegates }) };
  const reply = await postJson(url, body, { authorization: `Bearer ${token}` }).catch(unreachable);
  const { accessToken, expireTime } = fields(reply.json);
  if (typeof accessToken !== "string") throw refusal(path, reply);
  const life = typeof expireTime === "string" ? Date.parse(expireTime) - Date.now() : Number.NaN;
  return { token: accessToken, expiresInMs: Number.isNaN(life) ? JWT_LIFE_S * 1000 : life };
}

/** A token of another cloud for one of Google's (RFC 8693). Programs that a file names are not run. */
async function fromOtherCloud({ path, content }: AdcFile, { tokenUrl }: TokenContext): Promise<GoogleToken> {
  const { audience, subject_token_type } = texts(path, content, "audience", "subject_token_type");
  const given = typeof content.token_url === "string" ? content.token_url : "https://sts.googleapis.com/v1/token";
  const reply = await ask(tokenUrl ?? given, {
    grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
    requested_token_type: "urn:ietf:params:oauth:token-type:access_token",
    audience,
    subject_token_type,
    subject_token: await subjectToken(path, fields(content.credential_source)),
    scope: SCOPE,
  });
  const token = readToken(path, reply);
  const url = content.service_account_impersonation_url;
  return typeof url === "string" ? impersonate(path, url, token.token, undefined) : token;
}

async function subjectToken(path: string, source: Readonly<Record<string, unknown>>): Promise<string> {
  const text = await subjectText(path, source);
  const { type, subject_token_field_name: name } = fields(source.format);
  if (type !== "json") return text.trim();
  const value = fields(parse(text))[String(name)];
  if (typeof value !== "string") throw new AdcFailed(`${path}: the source of the token has no ${String(name)}.`);
  return value;
}

async function subjectText(path: string, { file, url, headers }: Readonly<Record<string, unknown>>): Promise<string> {
  if (typeof file === "string")
    return readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
      throw new AdcFailed(`${path}: the token file ${file} cannot be read (${error.code}).`, "overloaded");
    });
  if (typeof url === "string")
    return (await get(url, fields(headers) as Record<string, string>).catch(unreachable)).text;
  throw new AdcFailed(`${path}: only tokens from a file or an address can be used; run no program for them.`);
}

function ask(url: string, params: Params): Promise<Reply> {
  return post(url, params, "form").catch(unreachable);
}

function readToken(path: string, reply: Reply): GoogleToken {
  const { access_token, expires_in } = fields(reply.json);
  if (typeof access_token !== "string") throw refusal(path, reply);
  return { token: access_token, expiresInMs: (Number(expires_in) || JWT_LIFE_S) * 1000 };
}

function refusal(path: string, { status, json }: Reply): AdcFailed {
  const { error, error_description, error_subtype } = fields(json);
  const code = typeof error === "string" ? error : String(fields(error).status ?? `HTTP ${status}`);
  const words = typeof error_description === "string" ? `: ${error_description.slice(0, 200)}` : "";
  if (error_subtype === "invalid_rapt" || code === "invalid_grant")
    return new AdcFailed(`Google no longer takes the login in ${path} (${code}${words}). ${SIGN_IN_AGAIN}`);
  const isPassing = status === 429 || status >= 500;
  return new AdcFailed(`Google gives no token for ${path} (${code}${words}).`, isPassing ? "overloaded" : "auth");
}

function unreachable(error: unknown): never {
  if (error instanceof NoAnswer) throw new AdcFailed(`Google gives no token: ${error.message}.`, "overloaded");
  throw error;
}

function texts<K extends string>(path: string, content: AdcFile["content"], ...names: K[]): Record<K, string> {
  for (const name of names) if (typeof content[name] !== "string") throw new AdcFailed(`${path} lacks ${name}.`);
  return content as Record<K, string>;
}

function fields(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // the caller misses its field
  }
}
