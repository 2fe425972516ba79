import { appendFileSync, copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, extname, join } from "node:path";
import { parse, stringify } from "yaml";
import { fileOf } from "./extension.mjs";
import { expandTilde } from "./places.mjs";

/** How each mode brings a template to its destination. New files get the template's permissions, others keep theirs. */
const MODES = {
  overwrite: copyFileSync,
  append: (source, destination) => appendFileSync(destination, readFileSync(source)),
  "skip-if-exists": (source, destination) => {
    if (!existsSync(destination)) copyFileSync(source, destination);
  },
  merge: (source, destination) => {
    const language = LANGUAGES[extname(destination)];
    if (!language || !existsSync(destination)) return copyFileSync(source, destination);
    const [ours, theirs] = [source, destination].map((path) => language.parse(readFileSync(path, "utf8")));
    writeFileSync(destination, language.stringify(merged(theirs, ours)));
  },
};

const YAML = { parse, stringify };
const JSON_ = { parse: JSON.parse, stringify: (value) => `${JSON.stringify(value, null, 2)}\n` };
const LANGUAGES = { ".yaml": YAML, ".yml": YAML, ".json": JSON_ };

/** Ours over theirs, member by member; arrays and everything else are replaced. */
function merged(theirs, ours) {
  if (!isObject(theirs) || !isObject(ours)) return ours;
  const both = Object.keys(ours).map((key) => [key, key in theirs ? merged(theirs[key], ours[key]) : ours[key]]);
  return { ...theirs, ...Object.fromEntries(both) };
}

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

export function writeTemplates(extension, { home }) {
  for (const { source, destination, mode = "overwrite" } of extension.configure?.templates ?? []) {
    const target = expandTilde(destination, home);
    mkdirSync(dirname(target), { recursive: true });
    MODES[mode](fileOf(extension, source), target);
  }
}

/**
 * Exports the extension's variables to new interactive shells, and its commands where the workspace's are not on PATH.
 * Whoever exports a variable already keeps it.
 * @returns one line for each thing that the user should know: what someone else exports differently, a shell that reads
 *   another file
 */
export function writeEnvironment(extension, { home, workspace, callersPath, shell }) {
  const file = join(home, ".bashrc");
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  const present = text.split("\n");
  const lines = [];
  const notices = [];
  for (const { key, value, scope } of extension.configure?.environment ?? []) {
    const line = `export ${key}="${value}"`;
    const others = present.filter((candidate) => candidate.startsWith(`export ${key}=`));
    // An extension may have switched its line off for a while, by a comment that names it.
    const isOff = present.includes(`# ${extension.metadata.name} off: ${line}`);
    const other = others[0] ?? (isOff ? line : undefined);
    if (scope === "bashrc" && value !== "" && other === undefined) lines.push(line);
    if (other !== undefined && other !== line) notices.push(`${file} says "${other}", which was left as it is.`);
  }
  const bin = join(workspace, "bin");
  const pathLine = `export PATH="${bin}:$PATH"`;
  if (!callersPath.split(":").includes(bin) && !present.includes(pathLine)) lines.push(pathLine);
  if (shell !== "" && shell !== "bash" && shell !== "sh") {
    notices.push(`The exports are in ${file}, which ${shell} does not read; its own start-up file needs them, too.`);
  }
  if (lines.length === 0) return notices;

  // Where the last line has no end, ours go to the top: nothing of the user's is touched, and removal restores each byte.
  const block = lines.map((line) => `${line}\n`).join("");
  writeFileSync(file, text === "" || text.endsWith("\n") ? text + block : block + text);
  return notices;
}
