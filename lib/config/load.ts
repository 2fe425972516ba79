/**
 * Reads ccm-config.toml: both dialects, all faults at once.
 * @module
 */
import { readFile } from "node:fs/promises";
import parseString from "@iarna/toml/parse-string.js";
import { canonicalise, type Origins } from "./aliases.ts";
import { type Fault, type Finding, formatKey, type Path } from "./faults.ts";
import { fitSchema } from "./fit-schema.ts";
import type { Environment } from "./references.ts";
import { resolveSettings } from "./resolve.ts";
import { type ConfigTree, configSchema } from "./schema.ts";
import type { Settings } from "./settings.ts";
import { takeUnknownKeys } from "./unknown-keys.ts";

export interface LoadedConfig {
  /** The file. */
  path: string;
  /** As it stands on disk. Holds secrets. */
  text: string;
  /** Changes with every change of the text. */
  etag: string;
  /** The canonical form with defaults, references as written; undefined when the file does not fit the schema. Holds secrets. */
  tree: ConfigTree | undefined;
  /** What the server uses; undefined when a fault makes it unusable. An unknown key alone does not. Holds secrets. */
  settings: Settings | undefined;
  /** In the order of the file. */
  faults: Fault[];
  /** What works, but perhaps not as meant. */
  notes: Fault[];
}

/** The text is that of the file at `path`, which is not read. Nothing is thrown for what the user wrote: it is in `faults`. */
export async function parseConfig(
  text: string,
  { path, env }: { path: string; env: Environment },
): Promise<LoadedConfig> {
  const parsed = await parseToml(text);
  if (!parsed.ok) {
    const fault = { path, line: parsed.line, key: "", message: parsed.message };
    return withEtag({ path, text, tree: undefined, settings: undefined, faults: [fault], notes: [] });
  }
  const { tree: canonical, origins, faults, notes } = canonicalise(parsed.raw);
  const unknown = takeUnknownKeys(configSchema, canonical);
  const { tree, faults: misfits } = fitSchema(canonical);
  const resolution = await resolveSettings(tree, env);
  const blocking = [...faults, ...misfits, ...resolution.faults];
  const place = placer(text, path, parsed.raw, origins);
  return withEtag({
    path,
    text,
    tree: misfits.length === 0 ? tree : undefined,
    settings: blocking.length === 0 ? resolution.settings : undefined,
    faults: await place([...unknown, ...blocking]),
    notes: await place([...notes, ...resolution.notes]),
  });
}

/** @throws what `fs.readFile` throws, e.g. ENOENT */
export async function loadConfig(path: string, env: Environment): Promise<LoadedConfig> {
  return parseConfig(await readFile(path, "utf8"), { path, env });
}

/** The mark is reckoned when it is asked for: the page needs it, a start does not. */
function withEtag(loaded: Omit<LoadedConfig, "etag">): LoadedConfig {
  return Object.defineProperty(loaded as LoadedConfig, "etag", { get: () => etagOf(loaded.text), enumerable: true });
}

/**
 * A mark of the text for If-Match. Two runs of FNV-1a: nobody gains by forging it, and the first use of a cryptographic hash would
 * take five milliseconds of every start.
 */
export function etagOf(text: string): string {
  return [0x811c9dc5, 0x01000193].map((seed) => fnv1a(text, seed).toString(16).padStart(8, "0")).join("");
}

function fnv1a(text: string, seed: number): number {
  let hash = seed ^ text.length;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}

type Parsed = { ok: true; raw: Record<string, unknown> } | { ok: false; line: number; message: string };

/** The small parser knows TOML 1.0 and fails without a reason that helps; what it refuses is read again by the thorough one. */
async function parseToml(text: string): Promise<Parsed> {
  const source = text.startsWith("\uFEFF") ? text.slice(1) : text;
  try {
    return { ok: true, raw: parseString(withoutComments(source)) };
  } catch {
    const { parseProgram, TomlSyntaxError, staticValue } = await import("./positions.ts");
    try {
      return { ok: true, raw: staticValue(parseProgram(source)) };
    } catch (error) {
      if (!(error instanceof TomlSyntaxError)) throw error;
      return { ok: false, line: error.line, message: `this is not TOML: ${error.message}.` };
    }
  }
}

/** Most of a file that came from the template are comments, and the parser takes its time over each letter. */
function withoutComments(text: string): string {
  return text.includes('"""') || text.includes("'''") ? text : text.replace(/^[ \t]*#[^\r\n]*/gm, "");
}

/** Gives findings their key and line. The parser that knows lines is loaded only when there is something to place. */
function placer(text: string, path: string, raw: Record<string, unknown>, origins: Origins) {
  return async (findings: readonly Finding[]): Promise<Fault[]> => {
    if (findings.length === 0) return [];
    const { parseProgram, Positions } = await import("./positions.ts");
    const positions = new Positions(parseProgram(text));
    const placed = findings.map(({ at, message }) => {
      const written: Path = origins.written(at);
      const line = positions.lineOf(written);
      return { path, ...(line === undefined ? {} : { line }), key: formatKey(written, raw), message };
    });
    return placed.sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
  };
}
