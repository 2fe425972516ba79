import { PROVIDER_TYPES } from "../../catalog/index.ts";
import type { ProviderType } from "../../catalog/types.ts";
import type { WireId } from "../../catalog/wire-ids.ts";
import { isRecord, type Path } from "../faults.ts";
import type { Account } from "./account.ts";
import { readTransformers } from "./transformers.ts";

/** A provider in our form, and what is known of its models. */
export interface ImportedProvider {
  /** Goes into the file as it is. */
  entry: Record<string, unknown> & { name: string };
  models: readonly string[];
  /** What a mapping to a model of it says besides, by model. */
  mappingExtras: ReadonlyMap<string, Record<string, unknown>>;
}

/** claude-code-router 3's names of protocols. */
const PROTOCOLS: Readonly<Record<string, WireId>> = {
  openai_chat_completions: "openai-chat",
  openai_responses: "openai-responses",
  anthropic_messages: "anthropic",
  gemini_generate_content: "gemini",
};

/** How an address of version 2 ends, what is spoken there, and what of it is no part of the base. */
const ENDINGS: readonly (readonly [RegExp, WireId])[] = [
  [/\/chat\/completions$/, "openai-chat"],
  [/\/v1\/messages$|\/messages$/, "anthropic"],
  [/\/responses$/, "openai-responses"],
  [/\/models$/, "gemini"],
];

/** Each key under the names that it has had. */
const NAMES = ["name", "NAME", "id"];
const ADDRESSES = ["api_base_url", "baseUrl", "baseurl", "HOST"];
const KEYS = ["api_key", "apiKey", "apikey", "APIKEY"];

/** @returns undefined, with a note, for one that has no name or address */
export function importProvider(account: Account, at: Path): ImportedProvider | undefined {
  const name = firstText(account, at, NAMES);
  const address = firstText(account, at, ADDRESSES);
  if (name === undefined || address === undefined) {
    account.say(at, `has no ${name === undefined ? "name" : "address"}, so it was left out.`);
    return undefined;
  }
  const transformers = readTransformers(account, at);
  const { type, wire, baseUrl } = placeOf(address, transformers.wire ?? protocolOf(account, at));
  const key = firstText(account, at, KEYS);
  const keys = credentialKeys(account, at);
  if (type.auth === "adc")
    account.say(
      [...at, "api_base_url"],
      "Vertex AI wants your project: set `project` and `location` of this provider.",
    );
  const models = [...account.texts(...at, "models"), ...account.texts(...at, "MODELS")];
  if (account.peek(...at, "enabled") === true) account.take(...at, "enabled");
  return {
    entry: {
      name,
      type: type.id,
      ...(wire !== type.wire && { wire }),
      ...(baseUrl !== undefined && { base_url: baseUrl }),
      ...(key !== undefined &&
        key !== "" &&
        type.auth !== "adc" &&
        keys.length === 0 && { api_key: ourReferences(key) }),
      ...(keys.length > 0 && { api_keys: keys.map(ourReferences) }),
      ...(account.peek(...at, "enabled") === false && { enabled: account.take(...at, "enabled") }),
      ...headersOf(account, [...at, "extraHeaders"]),
    },
    models,
    mappingExtras: new Map(models.map((model) => [model, extrasOf(account, at, model, transformers.maxOutput(model))])),
  };
}

function firstText(account: Account, at: Path, names: readonly string[]): string | undefined {
  const found = names.find((name) => typeof account.peek(...at, name) === "string");
  return found === undefined ? undefined : account.text(...at, found)?.trim();
}

function protocolOf(account: Account, at: Path): WireId | undefined {
  const type = account.peek(...at, "type");
  const wire = typeof type === "string" ? PROTOCOLS[type] : undefined;
  if (wire !== undefined) account.take(...at, "type");
  return wire;
}

/** Which of our types it is, what is spoken there, and the base address where it is not the type's own. */
function placeOf(address: string, spoken: WireId | undefined): { type: ProviderType; wire: WireId; baseUrl?: string } {
  const whole = address.replace(/\/+$/, "");
  const ending = ENDINGS.find(([pattern]) => pattern.test(whole));
  const wire = spoken ?? ending?.[1] ?? "openai-chat";
  const stripped = ending ? whole.replace(ending[0], "") : whole;
  const base = wire === "anthropic" ? stripped.replace(/\/v1$/, "") : stripped;
  const { type, isOwn } = typeAt(base, wire);
  return { type, wire: type.auth === "adc" ? type.wire : wire, ...(!isOwn && { baseUrl: base }) };
}

function typeAt(base: string, wire: WireId): { type: ProviderType; isOwn: boolean } {
  if (/(^|[./-])aiplatform\.googleapis\.com/.test(hostOf(base) ?? ""))
    return { type: typeNamed("vertex-ai"), isOwn: true };
  const atHost = PROVIDER_TYPES.filter(({ baseUrls }) =>
    Object.values(baseUrls).some((url) => hostOf(url) === hostOf(base)),
  );
  const exact = atHost.find(({ baseUrls }) => baseUrls[wire] === base);
  if (exact) return { type: exact, isOwn: true };
  const [first] = atHost.filter(({ baseUrls }) => baseUrls[wire] !== undefined);
  if (first) return { type: first, isOwn: false };
  if (wire === "gemini") return { type: typeNamed("gemini"), isOwn: false };
  return { type: typeNamed(wire === "anthropic" ? "anthropic-compatible" : "openai-compatible"), isOwn: false };
}

function typeNamed(id: string): ProviderType {
  const type = PROVIDER_TYPES.find((known) => known.id === id);
  if (!type) throw new Error(`The catalogue has no ${id}.`);
  return type;
}

function hostOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).host.replace(/^127\.0\.0\.1(?=:|$)/, "localhost") : undefined;
}

/** Version 3's pool of keys, in the order in which they are tried there. Their limits and weights are not ours. */
function credentialKeys(account: Account, at: Path): string[] {
  const found = account.list(...at, "credentials").flatMap((credential, position) => {
    const key = firstText(account, credential, KEYS);
    if (account.take(...credential, "enabled") === false) {
      account.say(credential, "is switched off, so it was left out.");
      return [];
    }
    const priority = account.number(...credential, "priority") ?? position;
    for (const name of ["id", "label", "name"]) account.take(...credential, name);
    return key === undefined || key === "" ? [] : [{ key, priority }];
  });
  return found.sort((a, b) => a.priority - b.priority).map(({ key }) => key);
}

function headersOf(account: Account, at: Path): { headers?: Record<string, string> } {
  const names = account.keys(...at);
  const headers = names.flatMap((name) => {
    const value = account.text(...at, name);
    return value === undefined ? [] : [[name, ourReferences(value)] as const];
  });
  return headers.length > 0 ? { headers: Object.fromEntries(headers) } : {};
}

/** Version 3 knows windows and prices by model. */
function extrasOf(account: Account, at: Path, model: string, maxOutput: number | undefined): Record<string, unknown> {
  const here = [...at, "modelMetadata", model];
  const price = (name: string) => account.number(...here, "pricing", `${name}UsdPerMillionTokens`);
  const [input, output] = [price("input"), price("output")];
  const cache = { cache_read: price("cacheRead"), cache_write: price("cacheWrite5m") ?? price("cacheWrite") };
  const vision = account.peek(...here, "capabilities", "imageInput");
  if (typeof vision === "boolean") account.take(...here, "capabilities", "imageInput");
  const capabilities = defined({
    context_window: account.number(...here, "contextWindow"),
    max_output: account.number(...here, "maxOutputTokens") ?? maxOutput,
    vision: typeof vision === "boolean" ? vision : undefined,
  });
  return {
    ...(input !== undefined && output !== undefined && { price: defined({ input, output, ...cache }) }),
    ...(Object.keys(capabilities).length > 0 && { capabilities }),
  };
}

function defined(record: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));
}

/**
 * A text with references to the environment, spelt so that we read the same. Theirs are `$NAME` in capitals and `${NAME}`; any
 * other dollar sign is one.
 */
export function ourReferences(text: string): string {
  return text.replace(
    /\$\{([A-Za-z_]\w*)\}|\$([A-Z_][A-Z0-9_]*)|\$(?=[$A-Za-z_{])/g,
    (whole, braced: string | undefined, plain: string | undefined, offset: number) => {
      if (braced !== undefined) return whole;
      if (plain === undefined) return "$$";
      return /\w/.test(text[offset + whole.length] ?? "") ? `\${${plain}}` : whole;
    },
  );
}

/** Are there providers in it at all, by either generation's name? */
export function hasProviders(tree: unknown): boolean {
  return isRecord(tree) && ["Providers", "providers"].some((key) => Array.isArray(tree[key]));
}
