import { type LoginFlow, loginFacts } from "../../catalog/logins.ts";
import type { ProviderType } from "../../catalog/types.ts";
import type { Provider } from "../../config/settings.ts";
import type { Access } from "../credential.ts";
import type { Endpoints } from "./endpoints.ts";
import type { LoginRecord } from "./record.ts";

const types = new Map<string, ProviderType>();

/** Where requests with this login go, and by which rules, where that differs from requests with a key. */
export function accessOf(provider: Provider, endpoints: Endpoints, record: LoginRecord): Access | undefined {
  const { flow, apiBase, quirks } = endpoints;
  if (apiBase === undefined && quirks === undefined) return undefined;
  return {
    type: typeFor(provider.type, flow),
    baseUrl: apiBase ?? provider.baseUrl,
    ...(record.project !== undefined && { project: record.project }),
  };
}

/** Wires keep what they work out for a type by the object, so there is one for each. */
function typeFor(type: ProviderType, flow: LoginFlow): ProviderType {
  const key = `${type.id}\n${flow}`;
  let known = types.get(key);
  if (!known) {
    // Plans answer requests for messages, and nothing else.
    known = { ...type, countTokens: false, quirks: { ...type.quirks, ...loginFacts(flow).quirks } };
    types.set(key, known);
  }
  return known;
}
