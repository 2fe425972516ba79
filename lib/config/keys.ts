import type { ProviderType } from "../catalog/types.ts";
import type { Tell } from "./faults.ts";
import type { Environment } from "./references.ts";
import type { ProviderConfig } from "./schema.ts";

/** What the extension exports as ANTHROPIC_API_KEY for Claude Code. It opens nothing and must never be sent upstream. */
export const PLACEHOLDER_KEY = "ccm-proxy";

/** The provider's keys that can be sent, or say where one is; also those that its vendor's own variables hold. */
export function readKeys(
  config: ProviderConfig,
  written: ProviderConfig,
  type: ProviderType,
  env: Environment,
  note: Tell,
): string[] {
  const keys = [config.api_key, ...config.api_keys].map(bareKey).filter((key) => key !== "");
  const variables = [type.keyVariable, ...(type.otherKeyVariables ?? [])].filter((name) => name !== undefined);
  // Names of the variables that hold the user's key are a promise of the vendor's own site; a custom base_url is not theirs.
  if (keys.length === 0 && noKeyWritten(written) && config.base_url === "") {
    const found = variables
      .map((name) => bareKey(env[name] ?? ""))
      .find((key) => key !== "" && key !== PLACEHOLDER_KEY);
    if (found !== undefined) keys.push(found);
  }
  const usable = keys.filter((key) => key !== PLACEHOLDER_KEY);
  if (usable.length < keys.length && config.enabled) note(["api_key"], placeholderKey(type));
  for (const key of usable) {
    if (key.includes("…")) note(["api_key"], "looks like a masked key; put the whole key here.");
    else if (!isSendable(key)) note(["api_key"], "holds a space or a character that no key has; copy it once more.");
  }
  return usable.filter(isSendable);
}

/** People copy more than the key: blanks, the end of the line, quotes, the word before it. */
function bareKey(key: string): string {
  if (isKeySource(key)) return key;
  const bare = key.trim().replace(/^(["'`])(.*)\1$/, "$2");
  return bare.replace(/^Bearer\s+/i, "").trim();
}

function isSendable(key: string): boolean {
  return isKeySource(key) || /^[\x21-\x7e]+$/.test(key);
}

/** What to do about a provider without a key. */
export function missingKey(type: ProviderType, env: Environment): string {
  const { keyVariable, keyUrl } = type;
  if (keyVariable && env[keyVariable] === PLACEHOLDER_KEY) return placeholderKey(type);
  return `is missing: give api_key${keyVariable ? `, or set ${keyVariable}` : ""}${keyUrl ? ` (keys: ${keyUrl})` : ""}.`;
}

function placeholderKey({ otherKeyVariables, keyVariable }: ProviderType): string {
  const variable = otherKeyVariables?.[0] ?? keyVariable;
  const where = variable ? `in $${variable}, or here` : "here";
  return `the only key found is "${PLACEHOLDER_KEY}", the placeholder that Claude Code sends to this proxy. Put the real key ${where}.`;
}

export function noKeyWritten(written: ProviderConfig): boolean {
  return written.api_key === "" && written.api_keys.length === 0;
}

/** Does the configuration only say where the key is? */
export function isKeySource(key: string): boolean {
  return key.startsWith("file:") || key.startsWith("cmd:");
}
