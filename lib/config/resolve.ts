import { tierOf } from "../catalog/index.ts";
import { ROUTE_NAMES, type RouteName } from "../catalog/route-names.ts";
import { checkBudget, checkTelemetry } from "./check-watching.ts";
import { didYouMean, type Finding, isRecord, type Path } from "./faults.ts";
import { isMadeUp } from "./fit-schema.ts";
import { isStale, resolveMapping } from "./mapping.ts";
import { compilePattern, PatternError } from "./patterns.ts";
import { resolveProvider } from "./provider.ts";
import { type Environment, expandReferences } from "./references.ts";
import type { ConfigTree } from "./schema.ts";
import type { Mapping, Model, NamePattern, Provider, Settings } from "./settings.ts";

export interface Resolution {
  /** Undefined when there are faults. */
  settings: Settings | undefined;
  faults: Finding[];
  notes: Finding[];
}

/** From what the user wrote to what the server uses: references resolved, names looked up, stand-ins chosen, all faults told. */
export async function resolveSettings(tree: ConfigTree, env: Environment): Promise<Resolution> {
  const work = new Work(tree, env);
  const providers = work.providers();
  const models = work.models(providers);
  const patterns = await work.patterns();
  work.routes();
  work.server();
  work.faults.push(...checkBudget(work.resolved), ...checkTelemetry(work.resolved));
  const { server, router, logging, performance, retry, failover, budget, telemetry } = work.resolved;
  const settings: Settings = {
    ...{ server, router, logging, performance, retry, failover },
    ...(budget && { budget }),
    ...(telemetry && { telemetry }),
    ...{ providers, models, patterns },
  };
  return { settings: work.faults.length === 0 ? settings : undefined, faults: work.faults, notes: work.notes };
}

class Work {
  readonly faults: Finding[] = [];
  readonly notes: Finding[] = [];
  /** The tree with its references resolved. */
  readonly resolved: ConfigTree;
  readonly #tree: ConfigTree;
  readonly #env: Environment;

  constructor(tree: ConfigTree, env: Environment) {
    this.#tree = tree;
    this.#env = env;
    this.resolved = this.#expand(tree, []) as ConfigTree;
  }

  /** By name. A provider with a fault is held by its name only, so that mappings to it are not called dangling as well. */
  readonly #names = new Set<string>();

  providers(): ReadonlyMap<string, Provider> {
    const providers = new Map<string, Provider>();
    for (const [index, config] of this.resolved.providers.entries()) {
      const at = ["providers", index];
      if (this.#names.has(config.name)) {
        this.#fault([...at, "name"], `there is already a provider "${config.name}"; each needs a name of its own.`);
        continue;
      }
      this.#names.add(config.name);
      const written = this.#tree.providers[index] ?? config;
      const provider = resolveProvider(
        config,
        written,
        this.#env,
        (key, message) => this.#fault([...at, ...key], message),
        (key, message) => this.#note([...at, ...key], message),
      );
      if (provider) providers.set(config.name, provider);
    }
    return providers;
  }

  models(providers: ReadonlyMap<string, Provider>): ReadonlyMap<string, Model> {
    const models = new Map<string, Model>();
    for (const [index, config] of this.resolved.models.entries()) {
      const at = ["models", index];
      if (models.has(config.name)) {
        this.#fault([...at, "name"], `there is already a model "${config.name}"; each needs a name of its own.`);
        continue;
      }
      if (config.providers.length === 0) this.#note(at, "has no providers, so nothing can serve it.");
      const mappings: Mapping[] = [];
      for (const [position, mapping] of config.providers.entries()) {
        const here = [...at, "providers", position];
        const provider = providers.get(mapping.name);
        if (!provider) {
          if (!this.#names.has(mapping.name) && !isMadeUp(mapping.name)) {
            const hint = didYouMean(mapping.name, this.#names);
            this.#fault([...here, "name"], `there is no provider "${mapping.name}".${hint}`);
          }
          continue;
        }
        const resolved = resolveMapping(config.name, provider, mapping);
        if (!resolved) {
          if (isMadeUp(config.name)) continue;
          this.#fault(
            here,
            `say which model of ${provider.type.label} is to be asked: { name = "${mapping.name}", model = "…" }. The catalogue has no stand-in for "${config.name}" there.`,
          );
          continue;
        }
        if (isStale(resolved)) this.#noteStale(here, resolved);
        mappings.push(resolved);
      }
      const { name, affinity, strategy = this.resolved.router.strategy } = config;
      models.set(name, { name, affinity, strategy, mappings });
    }
    return models;
  }

  async patterns(): Promise<Settings["patterns"]> {
    const { auto_map, background, reasoning } = this.resolved.router;
    const list = async (route: RouteName, sources: readonly string[]): Promise<NamePattern[]> => {
      const compiled = sources.map((source, index) => this.#pattern(["router", route, "patterns", index], source));
      return (await Promise.all(compiled)).filter((pattern) => pattern !== undefined);
    };
    return {
      autoMap: auto_map === "" ? undefined : await this.#pattern(["router", "auto_map"], auto_map),
      background: await list("background", background.patterns),
      reasoning: await list("reasoning", reasoning.patterns),
    };
  }

  routes(): void {
    const names = this.resolved.models.map((model) => model.name).filter((name) => !isMadeUp(name));
    for (const route of ROUTE_NAMES) {
      const { model } = this.resolved.router[route];
      if (model === "" || names.includes(model)) continue;
      const at = ["router", route, "model"];
      // A template without models is a beginning, not a mistake.
      if (names.length === 0) this.#note(at, `there is no [[models]] entry "${model}" yet.`);
      else this.#fault(at, `there is no [[models]] entry "${model}".${didYouMean(model, names)}`);
    }
  }

  server(): void {
    const { host, api_keys, admin_token } = this.resolved.server;
    for (const [index, key] of api_keys.entries()) {
      if (key === "") this.#fault(["server", "api_keys", index], "is empty; without it anybody could send requests.");
    }
    if (admin_token === "" && this.#tree.server.admin_token !== "") {
      this.#fault(["server", "admin_token"], "is empty; without it anybody could use the page.");
    }
    if (api_keys.length === 0 && !isLoopback(host)) {
      this.#fault(
        ["server", "host"],
        `"${host}" can be reached from other machines: set server.api_keys, or use host = "127.0.0.1".`,
      );
    }
  }

  async #pattern(at: Path, source: string): Promise<NamePattern | undefined> {
    try {
      return await compilePattern(source);
    } catch (error) {
      if (!(error instanceof PatternError)) throw error;
      this.#fault(at, `${error.message}.`);
      return undefined;
    }
  }

  #noteStale(at: Path, { model, provider }: Mapping): void {
    const tier = tierOf(model);
    const current = tier === undefined ? undefined : provider.type.standIns?.[tier];
    const mend = current === undefined ? "name another model" : `give model = "${current}"`;
    this.#note(at, `${provider.type.label} has withdrawn ${model}; ${mend}.`);
  }

  #fault(at: Path, message: string): void {
    this.faults.push({ at, message });
  }

  #note(at: Path, message: string): void {
    this.notes.push({ at, message });
  }

  #expand(value: unknown, at: Path): unknown {
    if (typeof value === "string") {
      const { value: expanded, missing } = expandReferences(value, this.#env);
      if (missing !== undefined && this.#isUsed(at)) {
        this.#note(at, `the environment variable ${missing} is not set.`);
      }
      return missing === undefined ? expanded : "";
    }
    if (Array.isArray(value)) return value.map((entry, index) => this.#expand(entry, [...at, index]));
    if (!isRecord(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, this.#expand(inner, [...at, key])]));
  }

  /** Nobody needs to hear of variables of a provider that is off, or of keys of one that is reached by login. */
  #isUsed([section, index, key]: Path): boolean {
    if (section !== "providers") return true;
    const { enabled = true, auth_type = "api_key" } = this.#tree.providers[Number(index)] ?? {};
    return enabled && (auth_type === "api_key" || !String(key).startsWith("api_key"));
  }
}

/** Can the address be reached from this machine only? */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || host === "[::1]" || /^127(?:\.\d{1,3}){3}$/.test(host);
}
