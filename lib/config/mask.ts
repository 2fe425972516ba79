import { isRecord, type Path } from "./faults.ts";
import { isReference } from "./references.ts";

const ELLIPSIS = "…";

/**
 * A secret as it may be shown: `sk-ant-api03-…wxyz` becomes `sk-…wxyz`. A reference to the environment is no secret and is shown
 * as it stands, also behind a word like `Bearer`.
 */
export function maskSecret(secret: string): string {
  if (secret === "" || secret.includes(ELLIPSIS) || isReference(secret.replace(/^(?:Bearer|Basic|Token) +/i, ""))) {
    return secret;
  }
  // Where a key is to be had is no secret, but a command may hold one.
  if (secret.startsWith("file:")) return secret;
  if (secret.startsWith("cmd:")) return `cmd:${secret.slice(4).trim().split(/\s/)[0]} ${ELLIPSIS}`;
  // So little is left of a short one that nothing of it may be shown.
  if (secret.length < 16) return ELLIPSIS;
  const prefix = /^(?:[A-Za-z]{2,4}[-_]|AIza)/.exec(secret)?.[0] ?? "";
  return `${prefix}${ELLIPSIS}${secret.slice(-4)}`;
}

/** Does a key of the file hold a secret? The path is that of a string, in either dialect. */
export function isSecretPath(path: Path): boolean {
  const keys = path.filter((segment) => typeof segment === "string");
  const last = keys.at(-1) ?? "";
  if (/^(?:api_keys?|admin_token)$/.test(last)) return true;
  const holder = keys.at(-2);
  if (holder === "headers") return /auth|key|token|secret|cookie|password/i.test(last);
  return holder === "oauth" && /secret|password|(?:^|_)token$/i.test(last);
}

/** A copy of the tree in which no secret can be read. */
export function maskTree<T>(tree: T): T {
  return maskNode(tree, []) as T;
}

function maskNode(node: unknown, path: Path): unknown {
  if (typeof node === "string") {
    if (isSecretPath(path)) return maskSecret(node);
    return path.at(-1) === "base_url" ? maskUrl(node) : node;
  }
  if (Array.isArray(node)) return node.map((entry, index) => maskNode(entry, [...path, index]));
  if (!isRecord(node)) return node;
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, maskNode(value, [...path, key])]));
}

/** Takes user, password and keys out of an address. */
export function maskUrl(url: string): string {
  return url
    .replace(/^(\w+:\/\/)[^/?#@]+@/, `$1${ELLIPSIS}@`)
    .replace(/([?&](?:key|api_?key|token|access_token)=)[^&#]+/gi, `$1${ELLIPSIS}`);
}

/** A secret in the text of a file: where its literal stands, quotes and all, and what is shown instead. */
interface SecretSpan {
  start: number;
  end: number;
  shown: string;
}

/** The text of the file in which no secret can be read; everything else stays byte for byte. Works for broken files too. */
export async function maskText(text: string): Promise<string> {
  let masked = "";
  let at = 0;
  for (const { start, end, shown } of await findSecrets(text)) {
    masked += text.slice(at, start) + shown;
    at = end;
  }
  return masked + text.slice(at);
}

/**
 * Puts the secrets back into a masked text that a user has edited.
 * @param edited what came back; new secrets in it stay as they are
 * @param original the unmasked text from which the masked one was made
 */
export async function unmaskText(edited: string, original: string): Promise<string> {
  const rawLines = original.split("\n");
  const linesByMask = new Map<string, string[]>();
  for (const [index, line] of (await maskText(original)).split("\n").entries()) {
    const raw = rawLines[index] ?? "";
    if (line !== raw) linesByMask.set(line, [...(linesByMask.get(line) ?? []), raw]);
  }
  const literals = new Map<string, string>();
  for (const { start, end, shown } of await findSecrets(original)) literals.set(shown, original.slice(start, end));
  const restoreLine = (line: string): string => {
    if (!line.includes(ELLIPSIS)) return line;
    const raws = linesByMask.get(line);
    // Equal lines are taken in their order; the last one also serves for copies.
    if (raws) return (raws.length > 1 ? raws.shift() : raws[0]) ?? line;
    return [...literals].reduce((text, [shown, literal]) => text.replaceAll(shown, () => literal), line);
  };
  return edited.split("\n").map(restoreLine).join("\n");
}

/** In the order of the text. */
async function findSecrets(text: string): Promise<SecretSpan[]> {
  const spans = (await findInValues(text)) ?? findBySight(text, 0);
  return spans.filter((span) => text.slice(span.start, span.end) !== span.shown).sort((a, b) => a.start - b.start);
}

/** @returns undefined when the text is no TOML */
async function findInValues(text: string): Promise<SecretSpan[] | undefined> {
  const { parseProgram, stringValues, TomlSyntaxError } = await import("./positions.ts");
  try {
    const program = parseProgram(text);
    const values = stringValues(program).flatMap(({ path, value, range: [start, end] }) => {
      const shown = isSecretPath(path) ? maskSecret(value) : path.at(-1) === "base_url" ? maskUrl(value) : value;
      return shown === value ? [] : [{ start, end, shown: JSON.stringify(shown) }];
    });
    const comments = program.comments.flatMap(({ range: [start, end] }) => findBySight(text.slice(start, end), start));
    return [...values, ...comments];
  } catch (error) {
    if (error instanceof TomlSyntaxError) return undefined;
    throw error;
  }
}

/** Secrets in what is no TOML: by the key that they are given to, or by the shape of well-known keys. */
function findBySight(text: string, offset: number): SecretSpan[] {
  const spans: SecretSpan[] = [];
  const shapes =
    /(?<=(?:api_keys?|admin_token|authorization|x-api-key|secret|password)["']?\s*=\s*(?:\[[^\]]*)?)(?:"[^"\n]*"|'[^'\n]*')|(?:sk-|gsk_|xai-|AIza|ya29\.|fw_|csk-|tgp_)[\w-]{12,}/gi;
  for (const found of text.matchAll(shapes)) {
    const quote = /^["']/.test(found[0]) ? found[0].charAt(0) : "";
    const secret = quote === "" ? found[0] : found[0].slice(1, -1);
    const start = offset + found.index;
    spans.push({ start, end: start + found[0].length, shown: `${quote}${maskSecret(secret)}${quote}` });
  }
  return spans;
}
