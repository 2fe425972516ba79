import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isRecord } from "./faults.ts";
import { PLACEHOLDER_KEY } from "./keys.ts";
import { maskSecret, maskUrl } from "./mask.ts";
import type { Settings } from "./settings.ts";

/** Takes secrets out of a text. */
export type Redact = (text: string) => string;

/** Shorter ones would be found inside of ordinary words. */
const SHORTEST = 6;
const SECRET_NAME = /key|token|secret|passw|credential|cookie|authorization/i;
/** Keys and tokens that are known by their looks, whoever wrote them there. */
const SHAPES = [
  /(?<=\bBearer )[\w.~+/=-]{8,}/g,
  /\b(?:sk-|gsk_|xai-|AIza|ya29\.|fw_|csk-|tgp_|sess-|ghp_|github_pat_|hf_|nvapi-|AKIA)[\w-]{12,}/g,
  /\beyJ[\w-]{10,}\.[\w-]{10,}(?:\.[\w-]+)?/g,
];
const ADDRESS = /\b\w+:\/\/[^\s"'<>]+/g;
const EMAIL = /\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b/g;

/**
 * What takes out every secret that is known, in whatever form a text may hold it, and what looks like one.
 * @param known see `knownSecrets`
 */
export function redactor(known: Iterable<string>): Redact {
  const spellings = [...new Set(known)]
    .filter((secret) => secret.length >= SHORTEST)
    .flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)])
    // The longest first: one may be the beginning of another.
    .sort((a, b) => b.length - a.length);
  return (text) => {
    let shown = text;
    for (const secret of spellings) shown = shown.replaceAll(secret, () => maskSecret(secret));
    for (const shape of SHAPES) shown = shown.replace(shape, maskSecret);
    return shown.replace(ADDRESS, maskUrl).replace(EMAIL, "…@…");
  };
}

/** Keys of the configuration and the environment, and the logins in the state directory. */
export function knownSecrets(settings: Settings | undefined, env: NodeJS.ProcessEnv, stateDir: string): string[] {
  const providers = [...(settings?.providers.values() ?? [])];
  return [
    ...(settings ? [...settings.server.api_keys, settings.server.admin_token] : []),
    ...Object.values(settings?.telemetry?.headers ?? {}),
    ...providers.flatMap(({ apiKeys, headers }) => [...apiKeys.flatMap(writtenKey), ...Object.values(headers)]),
    ...providers.flatMap(({ oauth }) => secretStrings(oauth)),
    ...secretStrings(env).filter((value) => value !== PLACEHOLDER_KEY && !value.startsWith("/")),
    ...secretStrings(loginFile(stateDir)),
  ].filter((secret) => !/^https?:/.test(secret));
}

/** A command may hold a secret in its arguments; of a file only the content is one. */
function writtenKey(key: string): string[] {
  return key.startsWith("file:") ? [] : key.startsWith("cmd:") ? key.split(/\s+/).slice(1) : [key];
}

/** Strings whose name, at whatever depth, says that they are secret. */
function secretStrings(value: unknown, name = ""): string[] {
  if (typeof value === "string") return SECRET_NAME.test(name) ? [value] : [];
  if (Array.isArray(value)) return value.flatMap((part) => secretStrings(part, name));
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([key, part]) => secretStrings(part, key));
}

/** The tokens as they are kept on disk; nothing where nobody is signed in. */
function loginFile(stateDir: string): unknown {
  try {
    return JSON.parse(readFileSync(join(stateDir, "oauth_tokens.json"), "utf8"));
  } catch {
    return undefined; // none, or broken: then nothing of it was used either
  }
}
