/** @module Other programs' configurations as ours. */
import { canonicalise } from "../aliases.ts";
import { remove } from "../edit/remove.ts";
import { formatKey, isRecord } from "../faults.ts";
import { parseProgram, staticValue, TomlSyntaxError } from "../positions.ts";
import { configSchema } from "../schema.ts";
import { takeUnknownKeys } from "../unknown-keys.ts";
import type { ImportNote } from "./account.ts";
import { convertCodeRouter } from "./code-router.ts";
import { Json5Error, parseJson5 } from "./json5.ts";
import { hasProviders } from "./providers.ts";

export type { ImportNote } from "./account.ts";

export interface Imported {
  /** Whose it was, for people. */
  from: string;
  /** Our file. Holds secrets. */
  text: string;
  /** What was not taken over as it stood, and what became of it. */
  notes: ImportNote[];
  /** Keys that nothing here corresponds to, and that were left out. */
  left: string[];
}

/** A text that cannot be taken over; the message says why, and what to do. */
export class NotImportable extends Error {
  override readonly name = "NotImportable";
}

/**
 * @param source name of the file, to be mentioned in the result
 * @throws {NotImportable}
 */
export function importConfig(text: string, source: string): Imported {
  if (text.startsWith("SQLite format 3"))
    throw new NotImportable(
      "it is claude-code-router 3's database. Export it there (Settings, Export data) and import the JSON file that it writes.",
    );
  return /^\uFEFF?(?:\s|\/\/.*|\/\*[\s\S]*?\*\/)*\{/.test(text) ? fromJson(text, source) : fromToml(text);
}

function fromJson(text: string, source: string): Imported {
  let tree: unknown;
  try {
    tree = parseJson5(text);
  } catch (error) {
    if (error instanceof Json5Error) throw new NotImportable(`line ${error.line}: ${error.message}.`);
    throw error;
  }
  const exported = isRecord(tree) && isRecord(tree.config) ? tree.config : undefined;
  const config = hasProviders(exported) ? exported : tree;
  if (!hasProviders(config))
    throw new NotImportable("it is JSON, but no configuration of claude-code-router: there are no Providers in it.");
  const { text: body, notes, left } = convertCodeRouter(config);
  const head = `# Made from ${source.replace(/\p{Cc}/gu, "?")} by \`ccmctl config import\`. Every key is explained in templates/ccm-config.toml.\n`;
  const version = isRecord(config) && isRecord(config.Router) && "rules" in config.Router ? 3 : 2;
  return { from: `claude-code-router ${version}`, text: `${head}\n${body}`, notes, left };
}

/** The original's dialect is understood as it stands. It lets unknown keys pass; here they are mistakes, so they go. */
function fromToml(text: string): Imported {
  const left: string[] = [];
  for (let rest = text; ; ) {
    const raw = parse(rest);
    const { tree, origins } = canonicalise(raw);
    const [unknown] = takeUnknownKeys(configSchema, tree);
    const next = unknown && remove(rest, origins.written(unknown.at));
    if (!unknown || next === undefined || next === rest)
      return { from: "claude-code-mux", text: rest, notes: [], left };
    left.push(formatKey(origins.written(unknown.at), raw));
    rest = next;
  }
}

function parse(text: string): Record<string, unknown> {
  try {
    return staticValue(parseProgram(text));
  } catch (error) {
    if (error instanceof TomlSyntaxError)
      throw new NotImportable(`line ${error.line}: this is not TOML: ${error.message}.`);
    throw error;
  }
}
