import { vertexBaseUrl } from "../catalog/index.ts";
import type { ProviderType } from "../catalog/types.ts";
import type { Tell } from "./faults.ts";
import type { ProviderConfig } from "./schema.ts";
import type { Provider } from "./settings.ts";

/** Where a provider is, and what every request to it carries besides. */
type Place = Pick<Provider, "baseUrl" | "query"> & { authorization?: string };

/** The catalogue's address, or the user's with what belongs to the endpoints taken off its end. */
export function readBaseUrl(
  config: ProviderConfig,
  written: ProviderConfig,
  type: ProviderType,
  wire: Provider["wire"],
  location: string,
  fault: Tell,
): Place {
  const known = type.baseUrls[wire];
  if (config.base_url === "") {
    // An unset variable has been told already, but without the address nothing can be sent.
    if (written.base_url !== "") {
      fault(["base_url"], "is empty.");
      return { baseUrl: "" };
    }
    if (wire === "vertex") return { baseUrl: vertexBaseUrl(location) };
    if (known !== undefined) return { baseUrl: known };
    if (config.wire !== "" && type.baseUrls[type.wire] !== undefined) {
      const choices = Object.keys(type.baseUrls).join(", ");
      fault(["wire"], `${type.label} is not known to speak ${wire} (it speaks ${choices}); give base_url if it does.`);
    } else {
      fault(["base_url"], `is missing: ${type.id} needs the address of the server. ${type.note ?? ""}`.trim());
    }
    return { baseUrl: "" };
  }
  const url = URL.canParse(config.base_url) ? new URL(config.base_url) : undefined;
  if (!url || (url.protocol !== "https:" && url.protocol !== "http:")) {
    fault(["base_url"], "must be an address that begins with https:// or http://.");
    return { baseUrl: config.base_url };
  }
  // The vendor's host alone stands for the vendor's API.
  if (known !== undefined && url.pathname === "/" && new URL(known).origin === url.origin) return { baseUrl: known };
  const { username, password, search } = url;
  for (const part of ["username", "password", "search", "hash"] as const) url[part] = "";
  return {
    baseUrl: withoutEndpoint(url.href, wire),
    ...(search !== "" && { query: search.slice(1) }),
    ...((username !== "" || password !== "") && { authorization: basic(username, password) }),
  };
}

/** @see https://www.rfc-editor.org/rfc/rfc7617 */
function basic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString("base64")}`;
}

/** What belongs to the endpoints and not to the base URL of a wire, at its end. */
const ENDPOINTS: Readonly<Record<Provider["wire"], RegExp>> = {
  anthropic: /(?:\/v1)?(?:\/messages)?$/,
  "openai-chat": /\/(?:chat\/completions|responses)$/,
  "openai-responses": /\/(?:chat\/completions|responses)$/,
  gemini: /\/models$/,
  vertex: /\/v1$/,
};

/** People copy the whole address of an endpoint. */
function withoutEndpoint(address: string, wire: Provider["wire"]): string {
  return address.replace(/\/+$/, "").replace(ENDPOINTS[wire], "");
}

/** The way that the catalogue knows for web searches, on the same host; a wire that the user chose is kept to. */
export function searchWay(provider: Provider): Provider | undefined {
  const { searchAt } = provider.type;
  const address = searchAt && provider.baseUrl + searchAt.path;
  if (!searchAt || address === undefined || !URL.canParse(address)) return undefined;
  return { ...provider, wire: searchAt.wire, baseUrl: new URL(address).href, isForSearch: true };
}
