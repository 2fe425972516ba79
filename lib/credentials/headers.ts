import { authForm } from "../catalog/index.ts";
import type { AuthForm } from "../catalog/types.ts";
import { isKeySource } from "../config/keys.ts";
import type { Provider } from "../config/settings.ts";
import type { Credential, Lookup, NoCredential } from "./credential.ts";

/** The key that the installed environment gives to Claude Code; it is nobody's secret and opens nothing. */
export const PLACEHOLDER_KEY = "ccm-proxy";

type ClientHeaders = Readonly<Record<string, string | undefined>>;

const FORMS: Readonly<Record<AuthForm, (key: string) => Record<string, string>>> = {
  "x-api-key": (key) => ({ "x-api-key": key }),
  bearer: (key) => ({ authorization: `Bearer ${key}` }),
  both: (key) => ({ "x-api-key": key, authorization: `Bearer ${key}` }),
  "x-goog-api-key": (key) => ({ "x-goog-api-key": key }),
  adc: (key) => ({ authorization: `Bearer ${key}` }),
  none: () => ({}),
};

const NOTHING: Credential = { headers: {}, secrets: [] };

/** How many credentials of the provider can be tried one after the other. */
export function credentialCount(provider: Provider): number {
  return provider.authType === "api_key" ? provider.apiKeys.length : 1;
}

/** A key in the form in which the provider wants it on its wire. */
export function keyCredential({ type, wire }: Provider, key: string): Credential {
  return { headers: FORMS[authForm(type, wire)](key), secrets: [key] };
}

/**
 * The credentials that need no look elsewhere: keys in the configuration, the client's own login, none at all.
 * @param index which of the provider's keys, from 0
 * @param client headers of the client's request; only `passthrough` looks at them
 * @returns undefined for logins, and for keys that have to be fetched
 */
export function staticCredential(provider: Provider, index: number, client: ClientHeaders): Lookup | undefined {
  switch (provider.authType) {
    case "none":
      return NOTHING;
    case "passthrough":
      return clientLogin(client) ?? nothingToSend("the client sent no login of its own to pass through", false);
    case "api_key": {
      const key = provider.apiKeys[index];
      if (key === undefined) return nothingToSend("no API key is configured", true);
      return isKeySource(key) ? undefined : keyCredential(provider, key);
    }
    case "oauth":
    case "adc":
      return undefined;
  }
}

export function nothingToSend(message: string, counts: boolean): NoCredential {
  return { failure: { reason: "no_credential", message }, counts };
}

/** The client's own login, unless it is only our placeholder. */
function clientLogin(client: ClientHeaders): Credential | undefined {
  const { authorization } = client;
  if (authorization !== undefined && authorization !== `Bearer ${PLACEHOLDER_KEY}`)
    return { headers: { authorization }, secrets: [authorization.replace(/^Bearer +/i, "")] };
  const key = client["x-api-key"];
  return key !== undefined && key !== PLACEHOLDER_KEY ? { headers: { "x-api-key": key }, secrets: [key] } : undefined;
}
