import type { InboundRequest } from "../../../anthropic/request.ts";
import type { Lookup } from "../../credential.ts";
import type { Endpoints } from "../endpoints.ts";
import type { Grant } from "../grant.ts";
import type { Params } from "../http.ts";
import type { LoginRecord } from "../record.ts";

/** What a sign-in needs to remember until its code comes. Secret, kept in memory only. */
export interface SignIn {
  /** Of the client; the vendor may issue another one with the code. */
  clientId: string;
  redirectUri: string;
  state: string;
  nonce: string;
  verifier: string;
  /** `urn:uuid:…`, the name of this installation. */
  hostId: string;
}

/** How one vendor departs from plain OAuth with PKCE. Pure: requests are made by others. */
export interface Flow {
  /** Beside the parameters that everybody wants. */
  authorizeParams(signIn: SignIn): Params;
  exchangeParams(signIn: SignIn, endpoints: Endpoints): Params;
  refreshParams(record: LoginRecord, endpoints: Endpoints): Params;
  /** Who has signed in, as far as the grant says so. */
  account(grant: Grant): LoginRecord["account"];
  /** @returns why this grant is of no use, in words for the user; undefined when it is good */
  refuses?(grant: Grant): string | undefined;
  /** What a request is sent with. */
  credential(record: LoginRecord, inbound: InboundRequest): Lookup;
}
