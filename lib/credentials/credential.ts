import type { InboundRequest } from "../anthropic/request.ts";
import type { Failure } from "../catalog/failure-reasons.ts";
import type { ProviderType } from "../catalog/types.ts";
import type { Provider } from "../config/settings.ts";

/** What one attempt at a provider identifies itself with. */
export interface Credential {
  /** Request headers, lower case. */
  headers: Readonly<Record<string, string>>;
  /** Values in them that must not show up in any message. */
  secrets: readonly string[];
  /** Where this credential leads to, when that is not what the configuration says of the provider. */
  access?: Access;
  /** Which of the tokens that follow each other this is; absent for what cannot be renewed. */
  generation?: number;
}

/** A vendor may serve those who sign in at another address, and by other rules, than those who send a key. */
export interface Access {
  /** The catalogue's entry with the rules for this way. The same object every time: wires cache by it. */
  type: ProviderType;
  /** Without a trailing slash. */
  baseUrl: string;
  /** Google only: the project that the login stands for. */
  project?: string;
}

/** There is nothing to send now, or not for this request. */
export interface NoCredential {
  failure: Failure;
  /** It says something about the provider's health; false where only this request is concerned, or nothing was asked. */
  counts: boolean;
}

export type Lookup = Credential | NoCredential;

/** Where the relay gets credentials from. */
export interface CredentialSource {
  /**
   * The credential for a request. At once where it is a key: the hot path pays for logins only where there are some.
   * @param index which of the provider's keys, from 0
   */
  find(provider: Provider, index: number, inbound: InboundRequest): Lookup | Promise<Lookup>;
  /**
   * The upstream refused the credential: get another one.
   * @returns whether there is a newer one, so that it is worth asking again
   */
  renew(provider: Provider, index: number, refused: Credential): Promise<boolean>;
  /** The headers of an answer of the provider; some tell how much of the user's plan is left. */
  saw(provider: Provider, headers: Readonly<Record<string, string | string[] | undefined>>): void;
}

export function isCredential(found: Lookup): found is Credential {
  return "headers" in found;
}
