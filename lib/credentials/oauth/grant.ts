import type { Endpoints } from "./endpoints.ts";
import { NoAnswer, type Params, post } from "./http.ts";
import { readClaims } from "./jwt.ts";
import type { LoginRecord } from "./record.ts";
import { readRefusal, TokenRefused } from "./refusal.ts";

/** What a token endpoint gave (RFC 6749, section 5.1). What it left out is undefined. */
export interface Grant {
  accessToken: string;
  refreshToken: string | undefined;
  idToken: string | undefined;
  expiresInMs: number;
  scopes: string[] | undefined;
  /** Epoch ms. */
  earliestRefreshAt: number | undefined;
  /** The whole answer, for what only one vendor says. */
  answer: Readonly<Record<string, unknown>>;
}

const DEFAULT_LIFE_S = 3600;
/** More is a mistake, and may be a number that JSON cannot hold. */
const LONGEST_LIFE_S = 10 * 365 * 86_400;
/** Long: what is asked with here, a code or a refresh token, is good once, and is lost with the answer. */
const PATIENCE_MS = 60_000;

/** Asks the token endpoint. @throws {TokenRefused} */
export async function requestGrant(endpoints: Endpoints, params: Params): Promise<Grant> {
  const reply = await post(endpoints.tokenUrl, params, endpoints.encoding, PATIENCE_MS).catch((error: unknown) => {
    if (!(error instanceof NoAnswer)) throw error;
    throw new TokenRefused("later", "no_answer", error.message, { maybeSpent: error.maybeDone });
  });
  if (reply.status < 200 || reply.status > 299) throw readRefusal(reply, endpoints);
  const grant = readGrant(reply.json);
  if (grant) return grant;
  throw new TokenRefused("later", "bad_answer", "the token endpoint's answer holds no token", { maybeSpent: true });
}

function readGrant(json: unknown): Grant | undefined {
  if (typeof json !== "object" || json === null) return undefined;
  const answer = json as Readonly<Record<string, unknown>>;
  const accessToken = text(answer.access_token);
  if (accessToken === undefined) return undefined;
  return {
    accessToken,
    refreshToken: text(answer.refresh_token),
    idToken: text(answer.id_token),
    expiresInMs: (seconds(answer.expires_in) ?? ownLife(accessToken) ?? DEFAULT_LIFE_S) * 1000,
    scopes: text(answer.scope)?.split(/\s+/),
    earliestRefreshAt: moment(answer.earliest_refresh_at),
    answer,
  };
}

/** The login after a refresh. Vendors may leave out what has not changed. @param now epoch ms of the answer */
export function refreshed(record: LoginRecord, grant: Grant, now: number): LoginRecord {
  const { refreshing: _heardOf, last_error: _mended, earliest_refresh_at: _past, ...rest } = record;
  return {
    ...rest,
    state: "ok",
    access_token: grant.accessToken,
    ...(grant.refreshToken !== undefined && { refresh_token: grant.refreshToken }),
    scopes: grant.scopes ?? record.scopes,
    obtained_at: now,
    expires_at: now + grant.expiresInMs,
    ...(grant.earliestRefreshAt !== undefined && { earliest_refresh_at: grant.earliestRefreshAt }),
    generation: record.generation + 1,
  };
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function seconds(value: unknown): number | undefined {
  const number = typeof value === "string" ? Number(value) : value;
  return typeof number === "number" && number > 0 ? Math.min(number, LONGEST_LIFE_S) : undefined;
}

/** How long a JWT says that it lives: a difference, so that a wrong clock does not matter. */
function ownLife(token: string): number | undefined {
  const { exp, iat } = readClaims(token) ?? {};
  return typeof exp === "number" && typeof iat === "number" ? seconds(exp - iat) : undefined;
}

/** Seconds or ms since the epoch, or a date. */
function moment(value: unknown): number | undefined {
  if (typeof value === "number") return value < 1e11 ? value * 1000 : value;
  const parsed = typeof value === "string" ? Date.parse(value) : Number.NaN;
  return Number.isNaN(parsed) ? undefined : parsed;
}
