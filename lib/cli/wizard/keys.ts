import { providerType } from "../../catalog/index.ts";
import type { ProviderType } from "../../catalog/types.ts";
import { STAND_IN_KEY } from "../client-env.ts";

/** Providers whose keys the wizard asks for. ANTHROPIC_API_KEY comes last: it usually holds our stand-in. */
const SOURCES: Readonly<Record<string, Pick<KeySource, "option" | "variables">>> = {
  anthropic: { option: "anthropic-key", variables: ["ANTHROPIC_UPSTREAM_KEY", "ANTHROPIC_KEY", "ANTHROPIC_API_KEY"] },
  openai: { option: "openai-key", variables: ["OPENAI_API_KEY", "OPENAI_KEY"] },
  groq: { option: "groq-key", variables: ["GROQ_API_KEY", "GROQ_KEY"] },
};

/** Where the key of a provider may come from. */
export interface KeySource {
  type: ProviderType;
  /** Without its dashes. */
  option: string;
  /** Environment variables, in the order in which they are looked at. */
  variables: readonly [string, ...string[]];
}

export function keySource(provider: string): KeySource {
  const type = providerType(provider);
  const source = SOURCES[provider];
  if (!type || !source) throw new Error(`the wizard has no question for the key of ${provider}`);
  return { type, ...source };
}

/** A key that the environment offers; the stand-in that we ourselves export is none. */
export function keyFromEnvironment(
  source: KeySource,
  env: NodeJS.ProcessEnv,
): { name: string; key: string } | undefined {
  for (const name of source.variables) {
    const key = env[name]?.trim();
    if (key && key !== STAND_IN_KEY) return { name, key };
  }
  return undefined;
}

/** Why this can be no key at all. */
export function impossibleKey(key: string): string | undefined {
  const trimmed = key.trim();
  if (trimmed === "") return "A key is needed here.";
  if (/[^\x21-\x7e]/.test(trimmed))
    return "A key holds no blanks, no line breaks and no letters like é; was it copied well?";
  if (trimmed === STAND_IN_KEY) return `${STAND_IN_KEY} is the stand-in for Claude Code, not a provider's key.`;
  return undefined;
}

/** Why this is probably not the key of that provider. */
export function unlikelyKey(key: string, { label, keyPrefix }: ProviderType): string | undefined {
  if (!keyPrefix || key.trim().startsWith(keyPrefix)) return undefined;
  return `Keys of ${label} begin with ${keyPrefix}; this one does not.`;
}
