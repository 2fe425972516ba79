import type { TemplateName } from "../../config/create.ts";

interface PresetSpec {
  /** One line of the menu. */
  title: string;
  hint: string;
  /** Names of the providers in it that need a key. */
  keys: readonly string[];
  /** Names of the providers in it that need a login on the page. */
  logins: readonly string[];
}

/** The ready-made configurations, in the order of the menu; each is the template of its name. */
export const PRESETS = {
  oauth: {
    title: "Free OAuth setup",
    hint: "your Claude Pro/Max and ChatGPT plans, by login",
    keys: [],
    logins: ["anthropic-oauth", "openai-oauth"],
  },
  "api-key": {
    title: "API keys with failover",
    hint: "Anthropic first, OpenAI when it fails",
    keys: ["anthropic", "openai"],
    logins: [],
  },
  cost: {
    title: "Cost-optimised",
    hint: "Groq first, Anthropic when it fails",
    keys: ["groq", "anthropic"],
    logins: [],
  },
  custom: {
    title: "Custom",
    hint: "everything, explained, in your editor",
    keys: [],
    logins: [],
  },
} as const satisfies Readonly<Record<TemplateName, PresetSpec>>;

export type PresetName = keyof typeof PRESETS;

export const PRESET_NAMES = Object.keys(PRESETS) as PresetName[];

export function preset(name: PresetName): PresetSpec {
  return PRESETS[name];
}
