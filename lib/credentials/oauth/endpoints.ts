import { type LoginFacts, type LoginFlow, loginFacts } from "../../catalog/logins.ts";
import type { Provider } from "../../config/settings.ts";

/** A way to sign in, with the addresses that this provider uses. */
export interface Endpoints extends LoginFacts {
  flow: LoginFlow;
  clientSecret: string | undefined;
}

/** The vendor's addresses, each replaced where the configuration gives another. */
export function endpointsOf(flow: LoginFlow, oauth: Provider["oauth"]): Endpoints {
  const facts = loginFacts(flow);
  const { device } = facts;
  // Another authorization server signs with keys of its own.
  const home = oauth.authorize_url ? new URL(oauth.authorize_url).origin : undefined;
  return {
    ...facts,
    flow,
    clientSecret: oauth.client_secret || undefined,
    authorizeUrl: oauth.authorize_url || facts.authorizeUrl,
    tokenUrl: oauth.token_url || facts.tokenUrl,
    ...optional("revokeUrl", oauth.revoke_url || (oauth.token_url ? undefined : facts.revokeUrl)),
    ...optional("profileUrl", oauth.profile_url || (oauth.token_url ? undefined : facts.profileUrl)),
    ...optional(
      "jwksUrl",
      facts.jwksUrl && (oauth.jwks_url || (home ? `${home}/.well-known/jwks.json` : facts.jwksUrl)),
    ),
    ...optional("issuer", facts.issuer && (oauth.issuer || home || facts.issuer)),
    ...optional("apiBase", oauth.api_base?.replace(/\/+$/, "") || facts.apiBase),
    ...(device && {
      device: {
        codeUrl: oauth.device_code_url || device.codeUrl,
        tokenUrl: oauth.device_token_url || device.tokenUrl,
        verifyUrl: oauth.device_verify_url || device.verifyUrl,
        redirectUri: oauth.device_redirect_uri || device.redirectUri,
      },
    }),
    clientId: oauth.client_id || facts.clientId,
    scopes: oauth.scopes ? oauth.scopes.split(/\s+/) : facts.scopes,
    refreshAheadMs: oauth.refresh_ahead_s === undefined ? facts.refreshAheadMs : oauth.refresh_ahead_s * 1000,
  };
}

/** Where a refresh token may be sent: to the origin that made it. */
export function issuerOf({ tokenUrl }: Endpoints): string {
  return new URL(tokenUrl).origin;
}

/** An undefined value takes the key away, so that it does not hide behind the facts. */
function optional<K extends keyof LoginFacts>(key: K, value: LoginFacts[K] | undefined): { [P in K]?: LoginFacts[P] } {
  return { [key]: value } as { [P in K]?: LoginFacts[P] };
}
