import type { Capabilities, Price, ProviderType } from "../catalog/types.ts";
import type { WireId } from "../catalog/wire-ids.ts";
import type { ConfigTree, ModelConfig, ProviderConfig } from "./schema.ts";

/**
 * The configuration as the running server uses it: references resolved, names looked up, stand-ins chosen. Immutable; a
 * changed file makes a new one.
 */
export interface Settings
  extends Pick<
    ConfigTree,
    "server" | "router" | "logging" | "performance" | "retry" | "failover" | "budget" | "telemetry"
  > {
  /** By configured name, in the order of the file. */
  providers: ReadonlyMap<string, Provider>;
  /** By configured name, in the order of the file. */
  models: ReadonlyMap<string, Model>;
  /** Compiled name patterns of the router. */
  patterns: { autoMap: NamePattern | undefined; background: readonly NamePattern[]; reasoning: readonly NamePattern[] };
}

export interface Provider {
  name: string;
  type: ProviderType;
  wire: WireId;
  /** True when the user chose the wire; the catalogue then keeps out of it. */
  wireChosen?: boolean;
  /** Without a trailing slash. */
  baseUrl: string;
  /** Of its base URL, without the question mark: for every request. */
  query?: string;
  /** The same provider as requests for nothing but a web search reach it, where that is another way. */
  search?: Provider;
  /** It is such a way: what happens there says nothing about the provider. */
  isForSearch?: true;
  authType: NonNullable<ProviderConfig["auth_type"]>;
  /**
   * Secrets, in the order of the file: keys, or `file:PATH` and `cmd:COMMAND`, which say where one is to be had. Empty where
   * the provider needs none, or none was found.
   */
  apiKeys: readonly string[];
  /** Extra request headers, references resolved. */
  headers: Readonly<Record<string, string>>;
  priority: number;
  enabled: boolean;
  project: string;
  location: string;
  timeouts: ProviderConfig["timeouts"];
  maxConcurrentRequests: number | undefined;
  /** Name under which its login is kept; absent: its own name. */
  login?: string;
  oauth: Readonly<ProviderConfig["oauth"]>;
}

export interface Model extends Pick<ModelConfig, "affinity"> {
  name: string;
  /** Of the model, or the router's default. */
  strategy: NonNullable<ModelConfig["strategy"]>;
  mappings: readonly Mapping[];
}

/** One provider that can serve a model. */
export interface Mapping {
  /** As configured, with the wire that this model needs (OpenAI's older models take another one than its newer). */
  provider: Provider;
  /** The upstream's own model id. */
  model: string;
  /** True when the catalogue chose the id because the provider does not serve the named model. */
  standIn: boolean;
  priority: number;
  /** The mapping states its priority itself; absent where it is its provider's. */
  ownPriority?: true;
  weight: number;
  /** Of the mapping, else of the catalogue, else unknown. */
  price: Price | undefined;
  capabilities: Capabilities;
}

/** A pattern on model names that runs in linear time whatever the name. */
export interface NamePattern {
  source: string;
  test(name: string): boolean;
}
