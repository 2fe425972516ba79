import type { JsonWebKey } from "node:crypto";
import type { Endpoints } from "./endpoints.ts";
import { issuerOf } from "./endpoints.ts";
import type { SignIn } from "./flows/flow.ts";
import { FLOWS } from "./flows/index.ts";
import { type Grant, requestGrant } from "./grant.ts";
import { get, NoAnswer } from "./http.ts";
import { idTokenFault } from "./jwt.ts";
import type { LoginRecord } from "./record.ts";
import { TokenRefused } from "./refusal.ts";
import { SignInFailed } from "./sign-in-failed.ts";

/** The code that the vendor gave for a sign-in. Secret. */
export interface Code {
  code: string;
  /** The client that it was issued to, where the vendor issues one of its own. */
  clientId: string;
  redirectUri: string;
  verifier: string;
}

/**
 * Exchanges the code for a login (RFC 6749, section 4.1.3), once.
 * @param now epoch ms
 * @throws {SignInFailed}
 */
export async function exchangeCode(
  endpoints: Endpoints,
  signIn: SignIn,
  { code, clientId, redirectUri, verifier }: Code,
  now: () => number,
): Promise<LoginRecord> {
  const flow = FLOWS[endpoints.flow];
  const grant = await requestGrant(endpoints, {
    grant_type: "authorization_code",
    code,
    redirect_uri: redirectUri,
    client_id: clientId,
    code_verifier: verifier,
    ...flow.exchangeParams(signIn, endpoints),
  }).catch(explain);
  const refusal = flow.refuses?.(grant) ?? (await idTokenRefusal(endpoints, grant, clientId, signIn.nonce, now()));
  if (refusal !== undefined) throw new SignInFailed(refusal);
  const obtained = now();
  return {
    flow: endpoints.flow,
    state: "ok",
    issuer: issuerOf(endpoints),
    client_id: clientId,
    access_token: grant.accessToken,
    ...(grant.refreshToken !== undefined && { refresh_token: grant.refreshToken }),
    scopes: grant.scopes ?? [...endpoints.scopes],
    obtained_at: obtained,
    expires_at: obtained + grant.expiresInMs,
    ...(grant.earliestRefreshAt !== undefined && { earliest_refresh_at: grant.earliestRefreshAt }),
    generation: 1,
    account: flow.account(grant),
  };
}

/** Vendors that publish the keys of their id tokens expect them to be checked. */
async function idTokenRefusal(
  { jwksUrl, issuer }: Endpoints,
  { idToken }: Grant,
  audience: string,
  nonce: string,
  now: number,
): Promise<string | undefined> {
  if (jwksUrl === undefined || issuer === undefined || idToken === undefined) return undefined;
  const reply = await get(jwksUrl).catch((error: unknown) => {
    if (!(error instanceof NoAnswer)) throw error;
    throw new SignInFailed(`The keys that sign the vendor's answer cannot be had: ${error.message}. Start again.`);
  });
  const { keys } = (reply.json ?? {}) as { keys?: JsonWebKey[] };
  const fault = idTokenFault(idToken, Array.isArray(keys) ? keys : [], { issuer, audience, nonce, now });
  return fault && `The vendor's answer is not to be trusted: ${fault}. Nothing was kept; start again.`;
}

function explain(error: unknown): never {
  if (!(error instanceof TokenRefused)) throw error;
  const hint = error.kind === "blocked" ? "" : " The code may be too old, or used already: start again.";
  throw new SignInFailed(`The vendor refused the code: ${error.message} (${error.code}).${hint}`);
}
