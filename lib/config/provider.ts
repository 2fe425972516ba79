import { PROVIDER_TYPES, providerType, vertexBaseUrl } from "../catalog/index.ts";
import type { ProviderType } from "../catalog/types.ts";
import { didYouMean, type Path } from "./faults.ts";
import { checkOauth } from "./oauth.ts";
import type { Environment } from "./references.ts";
import type { ProviderConfig } from "./schema.ts";
import type { Provider } from "./settings.ts";

/** What the extension exports as ANTHROPIC_API_KEY for Claude Code. It opens nothing and must never be sent upstream. */
export const PLACEHOLDER_KEY = "ccm-proxy";

/** Tells of something at a key of the provider. */
type Tell = (key: Path, message: string) => void;

/**
 * A provider as the server uses it.
 * @param config references resolved; what was not set is empty
 * @param written the same, references as the user wrote them
 * @returns undefined only where the type is unknown; with any other fault the rest is filled in, so that more can be checked
 */
export function resolveProvider(
  config: ProviderConfig,
  written: ProviderConfig,
  env: Environment,
  fault: Tell,
  note: Tell,
): Provider | undefined {
  const type = providerType(config.type);
  if (!type) {
    const ids = PROVIDER_TYPES.map((known) => known.id);
    fault(
      ["type"],
      `unknown provider type "${config.type}".${didYouMean(config.type, ids) || ` Known: ${ids.join(", ")}.`}`,
    );
    return undefined;
  }
  const wire = config.wire === "" ? type.wire : config.wire;
  const location = config.location || googleVariable(type, env, "GOOGLE_CLOUD_LOCATION");
  const baseUrl = readBaseUrl(config, written, type, wire, location, fault);
  const apiKeys = readKeys(config, written, type, env, note);
  const authType = chooseAuth(config, written, type, apiKeys, fault);
  checkOauth(config.oauth, type, fault);
  const project = config.project || googleVariable(type, env, "GOOGLE_CLOUD_PROJECT");
  if (type.auth === "adc" && project === "" && config.enabled) {
    note(["project"], "is missing: give project, or set GOOGLE_CLOUD_PROJECT.");
  }
  if (authType === "api_key" && apiKeys.length === 0 && config.enabled && noKeyWritten(written)) {
    note(["api_key"], missingKey(type, env));
  }
  const provider: Provider = {
    name: config.name,
    type,
    wire,
    wireChosen: config.wire !== "",
    baseUrl,
    authType,
    apiKeys: authType === "api_key" ? apiKeys : [],
    headers: Object.fromEntries(Object.entries(config.headers).filter(([, value]) => value !== "")),
    priority: config.priority,
    enabled: config.enabled,
    project,
    location: location || (type.auth === "adc" ? "global" : ""),
    timeouts: config.timeouts,
    maxConcurrentRequests: config.max_concurrent_requests,
    ...(config.login === "" ? {} : { login: config.login }),
    oauth: config.oauth,
  };
  const search = config.wire === "" ? searchWay(provider) : undefined;
  return search ? { ...provider, search } : provider;
}

/** The way that the catalogue knows for web searches, on the same host; a wire that the user chose is kept to. */
function searchWay(provider: Provider): Provider | undefined {
  const { searchAt } = provider.type;
  const address = searchAt && provider.baseUrl + searchAt.path;
  if (!searchAt || address === undefined || !URL.canParse(address)) return undefined;
  return { ...provider, wire: searchAt.wire, baseUrl: new URL(address).href, isForSearch: true };
}

function readBaseUrl(
  config: ProviderConfig,
  written: ProviderConfig,
  type: ProviderType,
  wire: Provider["wire"],
  location: string,
  fault: Tell,
): string {
  if (config.base_url === "") {
    // An unset variable has been told already, but without the address nothing can be sent.
    if (written.base_url !== "") {
      fault(["base_url"], "is empty.");
      return "";
    }
    if (wire === "vertex") return vertexBaseUrl(location);
    const known = type.baseUrls[wire];
    if (known !== undefined) return known;
    if (config.wire !== "" && type.baseUrls[type.wire] !== undefined) {
      const choices = Object.keys(type.baseUrls).join(", ");
      fault(["wire"], `${type.label} is not known to speak ${wire} (it speaks ${choices}); give base_url if it does.`);
    } else {
      fault(["base_url"], `is missing: ${type.id} needs the address of the server. ${type.note ?? ""}`.trim());
    }
    return "";
  }
  const url = URL.canParse(config.base_url) ? new URL(config.base_url) : undefined;
  if (!url || (url.protocol !== "https:" && url.protocol !== "http:")) {
    fault(["base_url"], "must be an address that begins with https:// or http://.");
  }
  return withoutEndpoint(config.base_url, wire);
}

/** People copy the whole address of an endpoint, or leave its end off; Anthropic's `/v1` belongs to the endpoint. */
function withoutEndpoint(address: string, wire: Provider["wire"]): string {
  const base = address.replace(/\/+$/, "").replace(/\/(?:messages|chat\/completions|responses)$/, "");
  return wire === "anthropic" ? base.replace(/\/v1$/, "") : base;
}

function readKeys(
  config: ProviderConfig,
  written: ProviderConfig,
  type: ProviderType,
  env: Environment,
  note: Tell,
): string[] {
  const keys = [config.api_key, ...config.api_keys].filter((key) => key !== "");
  const variables = [type.keyVariable, ...(type.otherKeyVariables ?? [])].filter((name) => name !== undefined);
  // Names of the variables that hold the user's key are a promise of the vendor's own site; a custom base_url is not theirs.
  if (keys.length === 0 && noKeyWritten(written) && config.base_url === "") {
    const found = variables.map((name) => env[name] ?? "").find((key) => key !== "" && key !== PLACEHOLDER_KEY);
    if (found !== undefined) keys.push(found);
  }
  const usable = keys.filter((key) => key !== PLACEHOLDER_KEY);
  if (usable.length < keys.length && config.enabled) note(["api_key"], placeholderKey(type));
  for (const key of usable) {
    if (key.includes("…")) note(["api_key"], "looks like a masked key; put the whole key here.");
  }
  return usable.filter((key) => !key.includes("…"));
}

function missingKey(type: ProviderType, env: Environment): string {
  const { keyVariable, keyUrl } = type;
  if (keyVariable && env[keyVariable] === PLACEHOLDER_KEY) return placeholderKey(type);
  return `is missing: give api_key${keyVariable ? `, or set ${keyVariable}` : ""}${keyUrl ? ` (keys: ${keyUrl})` : ""}.`;
}

function placeholderKey({ otherKeyVariables, keyVariable }: ProviderType): string {
  const variable = otherKeyVariables?.[0] ?? keyVariable;
  const where = variable ? `in $${variable}, or here` : "here";
  return `the only key found is "${PLACEHOLDER_KEY}", the placeholder that Claude Code sends to this proxy. Put the real key ${where}.`;
}

function noKeyWritten(written: ProviderConfig): boolean {
  return written.api_key === "" && written.api_keys.length === 0;
}

function chooseAuth(
  config: ProviderConfig,
  written: ProviderConfig,
  type: ProviderType,
  apiKeys: readonly string[],
  fault: Tell,
): Provider["authType"] {
  const [first = "none"] = type.authTypes;
  const wanted = config.auth_type;
  if (wanted === undefined) {
    if (!type.authTypes.includes("none")) return first;
    // A key that was written down is wanted, even while its variable is not set.
    return apiKeys.length > 0 || !noKeyWritten(written) ? "api_key" : "none";
  }
  if (type.authTypes.includes(wanted)) return wanted;
  // The original's files say "apikey" for Vertex AI, which has no such thing.
  if (type.auth === "adc" && wanted === "api_key") return "adc";
  const hint = wanted === "passthrough" ? " Only Anthropic may be given the client's own login." : "";
  fault(["auth_type"], `${type.label} cannot be reached by ${wanted}; use ${type.authTypes.join(" or ")}.${hint}`);
  return first;
}

function googleVariable(type: ProviderType, env: Environment, name: string): string {
  return type.auth === "adc" ? (env[name] ?? "") : "";
}
