/**
 * Brings what a newer template has into a configuration that was made from an older one. It is added as a comment, so it
 * explains and changes nothing.
 * @module
 */
import { isDeepStrictEqual } from "node:util";
import { parseConfig } from "./load.ts";

export interface Migration {
  /** The new text; the same one when there is nothing to add. */
  text: string;
  /** What was added: `logging.journal_mb` for a key, `telemetry` for a whole section. */
  added: string[];
}

/** A section of a template: a table of single keys, not an entry of a list. */
interface Section {
  name: string;
  /** With the headline above it. */
  lines: string[];
  keys: { name: string /** With its explanation above it. */; lines: string[] }[];
}

const HEADER = /^\s*(?:#\s?)?\[([\w.-]+)\]\s*(?:#.*)?$/;
const LIST_ENTRY = /^\s*(?:#\s?)?\[\[/;
const KEY = /^#?([a-z_]+) = /;
const RULER = /^# -{20,}$/;

/**
 * @param before template from which the configuration may have been made: what it has, the user has seen and may have taken
 *   out. Empty: whatever the file lacks is added
 * @returns the text as it is where an addition would change what the server does
 */
export async function addMissing(text: string, before: string, template: string): Promise<Migration> {
  const old = new Map(sectionsOf(before).map((section) => [section.name, section]));
  const own = new Map(sectionsOf(text).map((section) => [section.name, section]));
  const added: string[] = [];
  let result = text;
  for (const { name, lines, keys } of sectionsOf(template)) {
    const mine = own.get(name);
    const take = async (what: string, ...ways: string[]) => {
      for (const way of ways) {
        if (way === result || !(await meansTheSame(text, way))) continue;
        result = way;
        added.push(what);
        return;
      }
    };
    // A section that is empty may mean something, too.
    if (!mine && !old.has(name)) await take(name, append(result, lines), append(result, lines.map(asComment)));
    for (const key of mine ? keys : []) {
      const isKnown = [mine, old.get(name)].some((section) => section?.keys.some((other) => other.name === key.name));
      if (!isKnown) await take(`${name}.${key.name}`, insert(result, name, key.lines));
    }
  }
  return { text: result, added };
}

function sectionsOf(text: string): Section[] {
  const sections: Section[] = [];
  let section: Section | undefined;
  let above: string[] = [];
  for (const line of text.split("\n")) {
    const name = HEADER.exec(line)?.[1];
    const key = KEY.exec(line)?.[1];
    if (name !== undefined) {
      section = { name, lines: [...headline(above), line], keys: [] };
      sections.push(section);
    } else if (LIST_ENTRY.test(line)) {
      section = undefined;
    } else if (section && key !== undefined) {
      const lines = [...explanation(above), asComment(line)];
      section.keys.push({ name: key, lines });
      section.lines.push(...lines);
    } else {
      above.push(line);
      continue;
    }
    above = [];
  }
  return sections;
}

/** The banner above a section, without what belongs to the section before. */
function headline(above: readonly string[]): string[] {
  const end = above.findLastIndex((line) => RULER.test(line));
  const start = above.slice(0, end).findLastIndex((line) => RULER.test(line));
  return start === -1 ? explanation(above) : above.slice(start);
}

/** The comment that stands directly above. */
function explanation(above: readonly string[]): string[] {
  return above.slice(above.findLastIndex((line) => !line.startsWith("#")) + 1);
}

function asComment(line: string): string {
  return line === "" || line.startsWith("#") ? line : `#${line}`;
}

function append(text: string, lines: readonly string[]): string {
  const gap = text === "" || text.endsWith("\n\n") ? "" : text.endsWith("\n") ? "\n" : "\n\n";
  return `${text}${gap}${lines.join("\n")}\n`;
}

/** Puts lines at the end of a section; the text as it is when the section has no header of its own. */
function insert(text: string, section: string, added: readonly string[]): string {
  const lines = text.split("\n");
  const start = lines.findIndex((line) => !line.trimStart().startsWith("#") && HEADER.exec(line)?.[1] === section);
  if (start === -1) return text;
  const next = lines.findIndex((line, at) => at > start && (HEADER.test(line) || LIST_ENTRY.test(line)));
  const body = lines.slice(start, next === -1 ? lines.length : next);
  const last = body.findLastIndex((line) => KEY.test(line) || !/^\s*(#.*)?$/.test(line));
  lines.splice(start + last + 1, 0, ...added);
  return lines.join("\n");
}

/** Not where the file has faults that hide what it means. */
async function meansTheSame(text: string, other: string): Promise<boolean> {
  const [a, b] = await Promise.all([text, other].map((each) => parseConfig(each, { path: "", env: {} })));
  const faults = (loaded: typeof a) => loaded?.faults.map(({ key, message }) => [key, message]);
  return a?.tree !== undefined && isDeepStrictEqual([a.tree, faults(a)], [b?.tree, faults(b)]);
}
