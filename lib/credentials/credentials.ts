import type { CredentialSource } from "./credential.ts";
import { nothingToSend, staticCredential } from "./headers.ts";

/** The credentials of all providers. */
export function createCredentials(): CredentialSource {
  return {
    find: (provider, index, inbound) =>
      staticCredential(provider, index, inbound.headers) ?? nothingToSend("not signed in", false),
    renew: async () => false,
  };
}
