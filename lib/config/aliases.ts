/**
 * The original program's dialect, rewritten to the canonical form before it is checked.
 *
 * Every rule says what it moved, so that faults and edits find the place where the user wrote it.
 */

import { ROUTE_NAMES } from "../catalog/route-names.ts";
import { type Finding, isRecord, type Path } from "./faults.ts";

type Table = Record<string, unknown>;

export interface Canonical {
  /** The canonical form; shares nothing with what was given. */
  tree: Table;
  origins: Origins;
  faults: Finding[];
  notes: Finding[];
}

/**
 * How an alias stands for a canonical key. `same`: the same value under another name. `converted`: the value has another form
 * there. `shared`: it stands for the keys of several tables.
 */
export type AliasKind = "same" | "converted" | "shared";

/** Finds the written place of a canonical one. */
export class Origins {
  readonly #moves = new Map<string, Path>();
  readonly #kinds = new Map<string, AliasKind>();

  record(canonical: Path, written: Path, kind: AliasKind = "same"): void {
    this.#moves.set(JSON.stringify(canonical), written);
    this.#kinds.set(JSON.stringify(canonical), kind);
  }

  kindOf(canonical: Path): AliasKind {
    return this.#kinds.get(JSON.stringify(canonical)) ?? "same";
  }

  /** `providers[0].type` → `providers[0].provider_type`, if that is what the user wrote. */
  written(canonical: Path): Path {
    for (let length = canonical.length; length > 0; length--) {
      const moved = this.#moves.get(JSON.stringify(canonical.slice(0, length)));
      // The shorter prefix was moved as a whole; where it stands now may itself be part of what was moved.
      if (moved) return [...moved, ...canonical.slice(length)];
    }
    return canonical;
  }
}

/** The original's generated file names a model that does not exist, to be replaced by the user. */
const PLACEHOLDER_MODEL = "placeholder-model";

/** @param raw the file as it was parsed; it is not changed */
export function canonicalise(raw: Table): Canonical {
  const result: Canonical = { tree: clone(raw) as Table, origins: new Origins(), faults: [], notes: [] };
  rewriteServer(result);
  rewriteProviders(result);
  rewriteModels(result);
  rewriteRouter(result);
  return result;
}

function rewriteServer(result: Canonical): void {
  const { tree, origins } = result;
  const server = tree.server;
  if (!isRecord(server)) return;
  if (typeof server.api_key === "string") {
    const written = ["server", "api_key"];
    if (server.api_key !== "" && "api_keys" in server) {
      clash(result, written, "api_key", "api_keys");
    } else if (server.api_key !== "") {
      server.api_keys = [server.api_key];
      origins.record(["server", "api_keys"], written, "converted");
      origins.record(["server", "api_keys", 0], written);
    }
    delete server.api_key;
  }
  if ("log_level" in server) {
    moveInto(result, server, "log_level", ["server"], "logging", "level");
  }
  const timeouts = server.timeouts;
  if (!isRecord(timeouts)) return;
  if (typeof timeouts.api_timeout_ms === "number") {
    const performance = tableAt(tree, "performance");
    // Both spellings may stand; the one in milliseconds wins.
    performance.request_timeout_seconds = timeouts.api_timeout_ms / 1000;
    origins.record(["performance", "request_timeout_seconds"], ["server", "timeouts", "api_timeout_ms"], "converted");
    delete timeouts.api_timeout_ms;
  }
  if (typeof timeouts.connect_timeout_ms === "number" && Array.isArray(tree.providers)) {
    for (const [index, provider] of tree.providers.entries()) {
      if (!isRecord(provider)) continue;
      const own = tableAt(provider, "timeouts");
      if ("connect_ms" in own) continue;
      own.connect_ms = timeouts.connect_timeout_ms;
      const written = ["server", "timeouts", "connect_timeout_ms"];
      origins.record(["providers", index, "timeouts", "connect_ms"], written, "shared");
    }
    delete timeouts.connect_timeout_ms;
  }
  if (Object.keys(timeouts).length === 0) delete server.timeouts;
}

const AUTH_SPELLINGS: Readonly<Record<string, string>> = { apikey: "api_key", "api-key": "api_key" };

function rewriteProviders(result: Canonical): void {
  if (!Array.isArray(result.tree.providers)) return;
  for (const [index, provider] of result.tree.providers.entries()) {
    if (!isRecord(provider)) continue;
    const at = ["providers", index];
    moveKey(result, provider, at, "provider_type", "type");
    moveKey(result, provider, at, "project_id", "project");
    moveKey(result, provider, at, "oauth_provider", "login");
    if (typeof provider.auth_type === "string") {
      const spelling = provider.auth_type.toLowerCase();
      provider.auth_type = AUTH_SPELLINGS[spelling] ?? spelling;
    }
    if ("models" in provider) {
      if (Array.isArray(provider.models) && provider.models.length > 0) {
        result.notes.push({
          at: [...at, "models"],
          message: "is no longer used: give each of these models a [[models]] entry with this provider.",
        });
      }
      delete provider.models;
    }
  }
}

function rewriteModels(result: Canonical): void {
  if (!Array.isArray(result.tree.models)) return;
  for (const [index, model] of result.tree.models.entries()) {
    if (!isRecord(model)) continue;
    const at = ["models", index];
    moveKey(result, model, at, "mappings", "providers");
    if (!Array.isArray(model.providers)) continue;
    for (const [position, mapping] of model.providers.entries()) {
      if (!isRecord(mapping)) continue;
      const here = [...at, "providers", position];
      moveKey(result, mapping, here, "provider", "name");
      moveKey(result, mapping, here, "actual_model", "model");
    }
  }
}

function rewriteRouter(result: Canonical): void {
  const { tree, origins } = result;
  const router = tree.router;
  if (!isRecord(router)) return;
  moveKey(result, router, ["router"], "think", "reasoning");
  if (router.auto_map_regex === "") delete router.auto_map_regex; // the original takes it for unset
  moveKey(result, router, ["router"], "auto_map_regex", "auto_map");
  for (const route of ROUTE_NAMES) {
    const value = router[route];
    if (typeof value !== "string") continue;
    const written = origins.written(["router", route]);
    router[route] = value === "" ? {} : { model: value };
    origins.record(["router", route, "model"], written);
  }
  for (const route of ROUTE_NAMES) {
    const value = router[route];
    if (!isRecord(value) || value.model !== PLACEHOLDER_MODEL) continue;
    delete value.model;
    result.notes.push({
      at: ["router", route, "model"],
      message: "is still the placeholder; name one of your [[models]].",
    });
  }
  if (router.background_regex === "") delete router.background_regex;
  if ("background_regex" in router) {
    const background = tableAt(router, "background");
    if ("patterns" in background) {
      clash(result, ["router", "background_regex"], "background_regex", "background.patterns");
    } else {
      background.patterns = [router.background_regex];
      origins.record(["router", "background", "patterns"], ["router", "background_regex"], "converted");
      origins.record(["router", "background", "patterns", 0], ["router", "background_regex"]);
    }
    delete router.background_regex;
  }
}

/** Renames a key of a table, keeping its place among the others. */
function moveKey(result: Canonical, table: Table, at: Path, alias: string, key: string): void {
  if (!(alias in table)) return;
  const value = table[alias];
  // What holds this table may itself have been moved.
  const written = [...result.origins.written(at), alias];
  if (key in table) {
    if (JSON.stringify(table[key]) !== JSON.stringify(value)) clash(result, written, alias, key);
    delete table[alias];
    return;
  }
  const entries = Object.entries(table).map(([name, old]) => (name === alias ? ([key, value] as const) : [name, old]));
  for (const name of Object.keys(table)) delete table[name];
  Object.assign(table, Object.fromEntries(entries));
  result.origins.record([...at, key], written);
}

/** Moves a key into a section of its own, unless that section has it already. */
function moveInto(result: Canonical, table: Table, alias: string, at: Path, section: string, key: string): void {
  const target = tableAt(result.tree, section);
  if (!(key in target)) {
    target[key] = table[alias];
    result.origins.record([section, key], [...at, alias]);
  }
  delete table[alias];
}

function clash(result: Canonical, at: Path, alias: string, key: string): void {
  result.faults.push({ at, message: `stands beside ${key} and says something else; remove ${alias}.` });
}

function tableAt(table: Table, key: string): Table {
  const found = table[key];
  if (isRecord(found)) return found;
  if (found !== undefined) return {}; // of the wrong type: the schema will say so
  const made: Table = {};
  table[key] = made;
  return made;
}

function clone(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(clone);
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).filter(([key]) => key !== "__proto__");
  return Object.fromEntries(entries.map(([key, inner]) => [key, clone(inner)]));
}
