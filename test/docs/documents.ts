/** @module What the documents say, taken apart: commands, links, and words set as code. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { REPOSITORY } from "./clone.ts";

export interface Document {
  /** Relative to the repository. */
  path: string;
  text: string;
}

/** One command of a fenced `bash` block, as it stands there. */
export interface DocumentedCommand {
  line: number;
  /** Continuation lines joined, comments at the end taken away. */
  command: string;
  /** Commands above it that set the shell up for it: exports of the whole document, others of the same block. */
  setUp: string[];
}

/** Everything that a user or maintainer reads first, README.md at the head. */
export async function readDocuments(): Promise<Document[]> {
  const top = ["README.md", "SECURITY.md", "CONTRIBUTING.md", "CHANGELOG.md"];
  const below = (await readdir(join(REPOSITORY, "docs"))).filter((name) => name.endsWith(".md")).sort();
  const paths = [...top, ...below.map((name) => `docs/${name}`)];
  return Promise.all(paths.map(async (path) => ({ path, text: await readFile(join(REPOSITORY, path), "utf8") })));
}

export function commandsOf({ text }: Document): DocumentedCommand[] {
  const commands: DocumentedCommand[] = [];
  const exports: string[] = [];
  for (const block of text.matchAll(/^```bash\n([\s\S]*?)^```$/gm)) {
    const first = text.slice(0, block.index).split("\n").length + 1;
    const setUp: string[] = [];
    const lines = (block[1] ?? "").split("\n");
    for (let i = 0; i < lines.length; i++) {
      const line = first + i;
      let command = lines[i] ?? "";
      while (command.endsWith("\\")) command = `${command.slice(0, -1).trimEnd()} ${(lines[++i] ?? "").trim()}`;
      command = command.replace(/(^|\s+)#\s.*$/, "");
      if (command === "") continue;
      commands.push({ line, command, setUp: [...exports, ...setUp] });
      if (/^export /.test(command)) exports.push(command);
      if (/^(eval|cd) /.test(command)) setUp.push(command);
    }
  }
  return commands;
}

/** The texts of fenced blocks of that language. */
export function blocksOf({ text }: Document, language: string): string[] {
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, "gm"))].map(
    ([, block]) => block ?? "",
  );
}

/** Targets of links and pictures. */
export function linksOf({ text }: Document): string[] {
  return [...withoutBlocks(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target ?? "");
}

/** Words set as code within sentences and tables. */
export function codeOf({ text }: Document): string[] {
  return [...withoutBlocks(text).matchAll(/`([^`\n]+)`/g)].map(([, words]) => words ?? "");
}

/** Anchors of the headings, as the hosts of Markdown make them. */
export function anchorsOf({ text }: Document): string[] {
  return [...withoutBlocks(text).matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    (heading ?? "")
      .replace(/\[([^\]]+)\]\([^)]*\)/g, "$1")
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

function withoutBlocks(text: string): string {
  return text.replace(/^```[\s\S]*?^```$/gm, "");
}
