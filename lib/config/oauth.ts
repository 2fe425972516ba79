import type { ProviderType } from "../catalog/types.ts";
import type { Path } from "./faults.ts";
import type { ProviderConfig } from "./schema.ts";

type Oauth = ProviderConfig["oauth"];

/** Addresses to which codes, tokens or secrets go. */
const ADDRESSES = [
  "authorize_url",
  "token_url",
  "revoke_url",
  "jwks_url",
  "profile_url",
  "device_code_url",
  "device_token_url",
  "device_verify_url",
  "api_base",
] as const satisfies readonly (keyof Oauth)[];

/** What may stand in a provider's `oauth`: tokens travel encrypted, or not beyond this machine. */
export function checkOauth(oauth: Oauth, type: ProviderType, fault: (key: Path, message: string) => void): void {
  for (const key of ADDRESSES) {
    const address = oauth[key];
    if (address && !isSafe(address))
      fault(["oauth", key], "must be an address that begins with https://, or with http:// on this machine.");
  }
  if (oauth.flow !== undefined && type.id !== "openai")
    fault(["oauth", "flow"], `is OpenAI's alone; ${type.label} has one way to sign in.`);
}

function isSafe(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname } = new URL(address);
  return protocol === "https:" || (protocol === "http:" && isLoopbackName(hostname));
}

function isLoopbackName(name: string): boolean {
  return name === "localhost" || name === "[::1]" || /^127(?:\.\d{1,3}){3}$/.test(name);
}
