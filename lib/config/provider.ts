import { PROVIDER_TYPES, providerType } from "../catalog/index.ts";
import type { ProviderType } from "../catalog/types.ts";
import { readBaseUrl, searchWay } from "./base-url.ts";
import { didYouMean, type Tell } from "./faults.ts";
import { missingKey, noKeyWritten, readKeys } from "./keys.ts";
import { checkOauth } from "./oauth.ts";
import type { Environment } from "./references.ts";
import type { ProviderConfig } from "./schema.ts";
import type { Provider } from "./settings.ts";

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
  const { authorization, ...place } = readBaseUrl(config, written, type, wire, location, fault);
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
    ...place,
    authType,
    apiKeys: authType === "api_key" ? apiKeys : [],
    headers: readHeaders(authorization ? { authorization, ...config.headers } : config.headers, fault),
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

/** Neither Node nor any server takes a header with other characters. */
const HEADER = { name: /^[\w!#$%&'*+.^`|~-]+$/, value: /^[\t\x20-\x7e\x80-\xff]*$/ };

function readHeaders(headers: ProviderConfig["headers"], fault: Tell): Record<string, string> {
  const trimmed = Object.entries(headers).map(([name, value]) => [name, value.trim()] as const);
  for (const [name, value] of trimmed) {
    const isGood = HEADER.name.test(name) && HEADER.value.test(value);
    if (!isGood) fault(["headers", name], "holds a character that no HTTP header may hold, such as the end of a line.");
  }
  return Object.fromEntries(trimmed.filter(([, value]) => value !== ""));
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
