/**
 * The catalogue: every provider type, by id and alias, and what is known of its models.
 * @module
 */
import { claudeVersion, spellClaude, tierOf } from "./claude-names.ts";
import { MODEL_TABLE } from "./model-table.ts";
import { anthropic } from "./providers/anthropic.ts";
import { anthropicCompatible } from "./providers/anthropic-compatible.ts";
import { baseten } from "./providers/baseten.ts";
import { cerebras } from "./providers/cerebras.ts";
import { deepinfra } from "./providers/deepinfra.ts";
import { deepseek } from "./providers/deepseek.ts";
import { fireworks } from "./providers/fireworks.ts";
import { gemini } from "./providers/gemini.ts";
import { groq } from "./providers/groq.ts";
import { kimiCoding } from "./providers/kimi-coding.ts";
import { lmstudio } from "./providers/lmstudio.ts";
import { minimax } from "./providers/minimax.ts";
import { mistral } from "./providers/mistral.ts";
import { moonshot } from "./providers/moonshot.ts";
import { nebius } from "./providers/nebius.ts";
import { novita } from "./providers/novita.ts";
import { ollama } from "./providers/ollama.ts";
import { openai } from "./providers/openai.ts";
import { openaiCompatible } from "./providers/openai-compatible.ts";
import { openrouter } from "./providers/openrouter.ts";
import { together } from "./providers/together.ts";
import { vertexAi } from "./providers/vertex-ai.ts";
import { vllm } from "./providers/vllm.ts";
import { xai } from "./providers/xai.ts";
import { zAi } from "./providers/z-ai.ts";
import { zenmux } from "./providers/zenmux.ts";
import type { AuthForm, Capabilities, Price, ProviderType } from "./types.ts";
import type { WireId } from "./wire-ids.ts";

export { tierOf } from "./claude-names.ts";

/** Every provider type, in the order in which they are offered. */
export const PROVIDER_TYPES: readonly ProviderType[] = [
  anthropic,
  zenmux,
  zAi,
  minimax,
  kimiCoding,
  deepseek,
  openai,
  openrouter,
  groq,
  together,
  fireworks,
  deepinfra,
  cerebras,
  moonshot,
  nebius,
  novita,
  baseten,
  xai,
  mistral,
  gemini,
  vertexAi,
  ollama,
  lmstudio,
  vllm,
  anthropicCompatible,
  openaiCompatible,
];

const BY_NAME = new Map(
  PROVIDER_TYPES.flatMap((type) => [type.id, ...(type.aliases ?? [])].map((name) => [name, type])),
);

/** @param idOrAlias as a user writes it; case does not matter */
export function providerType(idOrAlias: string): ProviderType | undefined {
  return BY_NAME.get(idOrAlias.toLowerCase());
}

/** What the catalogue knows of a model at a provider; empty when it knows nothing. */
export function modelCapabilities(type: ProviderType, model: string): Capabilities {
  const version = claudeVersion(model);
  // Claude continues an assistant's last message up to 4.5; later models refuse it.
  const prefill = version === undefined ? {} : { prefill: version < 4.6 };
  const { price: _price, ...own } = type.models?.[model] ?? {};
  return { ...tableRow(type, model)?.capabilities, ...prefill, ...own };
}

/** The list price of a model at a provider; undefined when unknown. */
export function modelPrice(type: ProviderType, model: string): Price | undefined {
  const price = type.models?.[model]?.price ?? tableRow(type, model)?.price;
  return price && type.surcharges && !price.flat ? { ...price, ...type.surcharges } : price;
}

/** The ids of all models that the catalogue knows at a provider, for pickers. */
export function knownModels(type: ProviderType): string[] {
  const rows = (MODEL_TABLE[type.id] ?? "").split("\n").filter((line) => line !== "");
  const ids = rows.map((line) => line.slice(0, line.indexOf(" ")));
  return [...new Set([...ids, ...Object.keys(type.models ?? {})])].sort();
}

/**
 * The id under which a provider is to be asked for a model that a mapping does not spell out: the same one where the
 * provider serves that family, else its stand-in for the model's tier.
 * @returns undefined where the catalogue has neither
 */
export function upstreamModel(type: ProviderType, name: string): { model: string; standIn: boolean } | undefined {
  if (isKnown(type, name)) return { model: name, standIn: false };
  const tier = tierOf(name);
  const respelt = tier && type.claudeIds && spellClaude(name, type.claudeIds, (id) => isKnown(type, id));
  if (respelt) return { model: respelt, standIn: false };
  if (type.serves?.some((prefix) => (prefix === "" ? tier === undefined : name.startsWith(prefix)))) {
    return { model: name, standIn: false };
  }
  const standIn = tier && type.standIns?.[tier];
  return standIn === undefined ? undefined : { model: standIn, standIn: true };
}

/** Has the vendor withdrawn this model? For a hint only: catalogues are often late, in both directions. */
export function isRetired(type: ProviderType, model: string): boolean {
  return (type.retired ?? []).some((id) => (id.endsWith("*") ? model.startsWith(id.slice(0, -1)) : model === id));
}

/** The wire for a model at a provider whose configuration names none. */
export function wireOf(type: ProviderType, model: string): WireId {
  return type.wireRules?.find((rule) => rule.models.test(model))?.wire ?? type.wire;
}

/**
 * How the credential is to be sent on this wire: as the entry says on its own, as usual on others. Anthropic layers of other
 * vendors read one header or the other: send both.
 */
export function authForm(type: ProviderType, wire: WireId): AuthForm {
  if (wire === type.wire || type.auth === "none" || type.auth === "adc") return type.auth;
  if (wire === "anthropic") return "both";
  return wire === "gemini" ? "x-goog-api-key" : "bearer";
}

/** Path of the model list behind the base URL of a wire; undefined where there is none that we can use. */
export function modelListPath(type: ProviderType, wire: WireId): string | undefined {
  if (wire === type.wire) return type.modelList;
  if (wire === "vertex") return undefined;
  return wire === "anthropic" ? "/v1/models" : "/models";
}

/** Scheme and host of Vertex AI for a location: a region, `global`, `us` or `eu`. */
export function vertexBaseUrl(location: string): string {
  if (location === "" || location === "global") return "https://aiplatform.googleapis.com";
  if (location === "us" || location === "eu") return `https://aiplatform.${location}.rep.googleapis.com`;
  return `https://${location}-aiplatform.googleapis.com`;
}

function isKnown(type: ProviderType, model: string): boolean {
  return type.models?.[model] !== undefined || tableLine(type, model) !== undefined;
}

function tableLine(type: ProviderType, model: string): string | undefined {
  const table = MODEL_TABLE[type.id];
  const start = table?.indexOf(`\n${model} `) ?? -1;
  return table === undefined || start < 0 ? undefined : table.slice(start + 1, table.indexOf("\n", start + 1));
}

function tableRow(type: ProviderType, model: string): { capabilities: Capabilities; price?: Price } | undefined {
  const line = tableLine(type, model);
  if (line === undefined) return undefined;
  const [columns = "", beyond] = line.split(" >");
  const [, window, output, flags = "", ...prices] = columns.split(" ");
  const capabilities: Capabilities = {
    ...amount("contextWindow", window),
    ...amount("maxOutput", output),
    vision: flags.includes("v"),
    tools: flags.includes("t"),
    reasoning: flags.includes("r"),
  };
  if (prices[0] === "plan") return { capabilities, price: { input: 0, output: 0, flat: true } };
  const price = priceOf(prices);
  if (!price) return { capabilities };
  const [above, ...longPrices] = beyond?.split(" ") ?? [];
  const longPrice = priceOf(longPrices);
  if (above === undefined || !longPrice) return { capabilities, price };
  return { capabilities, price: { ...price, longContext: { above: Number(above), ...longPrice } } };
}

function priceOf([input, output, cacheRead, cacheWrite]: string[]): Price | undefined {
  if (input === undefined || output === undefined || input === "-" || output === "-") return undefined;
  return {
    input: Number(input),
    output: Number(output),
    ...amount("cacheRead", cacheRead),
    ...amount("cacheWrite", cacheWrite),
  };
}

function amount<K extends string>(key: K, text: string | undefined): { [P in K]?: number } {
  return (text === undefined || text === "-" ? {} : { [key]: Number(text) }) as { [P in K]?: number };
}
