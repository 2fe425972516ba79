import type { Endpoints } from "./endpoints.ts";
import type { SignIn } from "./flows/flow.ts";
import { FLOWS } from "./flows/index.ts";
import { challengeOf } from "./pkce.ts";

/** Where the user allows it (RFC 6749, section 4.1.1, and RFC 7636, section 4.3). */
export function authorizeUrl(endpoints: Endpoints, signIn: SignIn): string {
  const params = {
    response_type: "code",
    client_id: signIn.clientId,
    redirect_uri: signIn.redirectUri,
    scope: endpoints.scopes.join(" "),
    code_challenge: challengeOf(signIn.verifier),
    code_challenge_method: "S256",
    state: signIn.state,
    ...FLOWS[endpoints.flow].authorizeParams(signIn),
  };
  // A blank as %20: not every authorization server reads a plus sign as one.
  const query = Object.entries(params)
    .filter((entry): entry is [string, string] => entry[1] !== undefined)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return `${endpoints.authorizeUrl}${endpoints.authorizeUrl.includes("?") ? "&" : "?"}${query.join("&")}`;
}
