/** @module Text that reads like what Claude Code sends, as long as one likes and always the same. */

const SENTENCES = [
  "Read the file before you change it, and keep the style of the code that surrounds your change.",
  "When a command fails, look at its output first; do not run it again with the same arguments.",
  "Use absolute paths, because the working directory is reset between two calls.",
  "The result lists at most 2000 lines, each cut after 2000 characters, in the form that `cat -n` has.",
  "Tests live beside the sources (`*.test.ts`) and are run with `npm test -- --run`.",
  "If the user asks for a commit, write a short message that says why, not what.",
  "Never print a secret such as an API key, a token or a password, not even in part.",
  "A search with `rg --files -g '*.ts'` is faster than `find . -name`, and it honours .gitignore.",
  "The repository is on branch main; 3 files are modified and 1 is not tracked.",
  "Set `timeout` (milliseconds, up to 600000) for commands that take longer than two minutes.",
  "Prefer the dedicated tools over shell commands wherever both would do the job.",
  "Several independent calls belong into one message, so that they run at the same time.",
];

const CODE = [
  'import { readFileSync } from "node:fs";',
  "",
  "/** The bytes of a value, `end` exclusive. */",
  "export interface Range {",
  "  start: number;",
  "  end: number;",
  "}",
  "",
  "export function skipSpace(raw: Buffer, from: number): number {",
  "  let at = from;",
  "  while (raw[at] === 0x20 || raw[at] === 0x0a) at++;",
  "  return at;",
  "}",
  "",
  "const cache = new Map<string, Promise<Response>>();",
  "for (const [key, value] of Object.entries(options)) {",
  "  if (value === undefined) continue;",
  "  // An empty header would be sent as it is.",
  "  headers[key.toLowerCase()] = String(value).trim();",
  "}",
];

/** @param from with which sentence to begin, so that two texts differ */
export function prose(length: number, from = 0): string {
  return cycle(SENTENCES, length, from, (sentence, at) => sentence + (at % 4 === 3 ? "\n\n" : " "));
}

/** A file as the Read tool shows it. */
export function numberedListing(length: number, from = 0): string {
  return cycle(CODE, length, from, (line, at) => `${String(at + 1).padStart(6)}\t${line}\n`);
}

function cycle(parts: string[], length: number, from: number, form: (part: string, at: number) => string): string {
  let text = "";
  for (let at = from; text.length < length; at++) text += form(parts[at % parts.length] ?? "", at);
  return text.slice(0, Math.floor(length));
}
