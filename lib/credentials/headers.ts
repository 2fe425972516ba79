import type { AuthForm } from "../catalog/types.ts";
import type { Provider } from "../config/settings.ts";

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

/** How many credentials of the provider can be tried one after the other. */
export function credentialCount(provider: Provider): number {
  return provider.authType === "api_key" ? provider.apiKeys.length : 1;
}

/**
 * The headers that carry the provider's credential.
 * @param index which of the provider's keys, from 0
 * @param client headers of the client's request; only `passthrough` looks at them
 * @returns undefined when there is no credential to send
 */
export function credentialHeaders(
  provider: Provider,
  index: number,
  client: ClientHeaders,
): Record<string, string> | undefined {
  switch (provider.authType) {
    case "none":
      return {};
    case "passthrough":
      return clientLogin(client);
    case "api_key": {
      const key = provider.apiKeys[index];
      return key === undefined ? undefined : FORMS[provider.type.auth](key);
    }
    case "oauth":
    case "adc":
      return undefined;
  }
}

/** The client's own login, unless it is only our placeholder. */
function clientLogin(client: ClientHeaders): Record<string, string> | undefined {
  const { authorization } = client;
  if (authorization !== undefined && authorization !== `Bearer ${PLACEHOLDER_KEY}`) return { authorization };
  const key = client["x-api-key"];
  return key !== undefined && key !== PLACEHOLDER_KEY ? { "x-api-key": key } : undefined;
}
