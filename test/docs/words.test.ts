/** What the documents point to is there, and what the program can do is in the documents. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, normalize } from "node:path";
import { describe, expect, test } from "vitest";
import { PROVIDER_TYPES } from "../../lib/catalog/index.ts";
import { parseCommand } from "../../lib/cli/args.ts";
import { VERB_NAMES } from "../../lib/cli/verb-table.ts";
import { loadConfig } from "../../lib/config/load.ts";
import { clonedFiles, REPOSITORY } from "./clone.ts";
import { anchorsOf, blocksOf, codeOf, linksOf, readDocuments } from "./documents.ts";

const documents = await readDocuments();
const files = await clonedFiles();
const folders = new Set(files.flatMap((path) => path.split("/").map((_, i, parts) => parts.slice(0, i).join("/"))));
/** Folders at the top and in `lib/`, which a text that speaks of it may leave out. */
const rooms = new Set(
  [...folders].map((folder) => folder.replace(/^lib\//, "")).filter((name) => /^[\w.-]+$/.test(name)),
);
const isThere = (path: string) => files.includes(path) || folders.has(path.replace(/\/$/, ""));

describe.each(documents)("$path", (document) => {
  test("its links lead somewhere", () => {
    const lost = linksOf(document).filter((target) => {
      if (/^https?:/.test(target)) return false;
      const [path = "", anchor] = target.split("#");
      const full = path === "" ? document.path : normalize(join(dirname(document.path), path));
      if (!isThere(full)) return true;
      const there = documents.find((other) => other.path === full);
      return anchor !== undefined && there !== undefined && !anchorsOf(there).includes(anchor);
    });
    expect(lost).toEqual([]);
  });

  test("the files of this repository that it names are there", () => {
    const named = codeOf(document)
      .map((words) => words.replace(/^\.\//, "").split(" ")[0] ?? "")
      .filter((word) => /^[\w.-]+\/[\w./-]*$/.test(word) && rooms.has(word.split("/")[0] ?? ""))
      .filter((word) => !word.startsWith("anthropic/claude-")); // names of models look like that, too
    expect(named.filter((path) => !isThere(path) && !isThere(`lib/${path}`))).toEqual([]);
  });

  test("its pieces of configuration are valid, but for the providers and models that they leave to the reader", async () => {
    const folder = await mkdtemp(join(tmpdir(), "ccm-toml-"));
    const file = join(folder, "ccm-config.toml");
    const messages: string[] = [];
    for (const text of blocksOf(document, "toml")) {
      await writeFile(file, text);
      messages.push(...(await loadConfig(file, {})).faults.map(({ message }) => message));
    }
    await rm(folder, { recursive: true });
    expect(messages.filter((message) => !/is not defined|there is no/.test(message))).toEqual([]);
  });

  test("the commands within its sentences are commands", () => {
    const said = codeOf(document).filter((words) => /^(ccmctl|ccm-start) [a-z]/.test(words));
    const wrong = said.filter((words) => {
      // [--an-option] and A|B show what one may write.
      const args = words
        .replace(/^\S+ /, "")
        .replace(/ \| .*$/, "")
        .replace(/\[[^\]]*\]/g, "")
        .replace(/(\w+)\|\S+/g, "$1")
        .replace(/[A-Z]{3,}/g, "1")
        .split(/\s+/)
        .filter(Boolean);
      const command = parseCommand(args);
      // A verb may be named without what stands behind it.
      return command.do === "complain" && !(args.length === 1 && VERB_NAMES.some((verb) => verb === args[0]));
    });
    expect(wrong).toEqual([]);
  });
});

test("every verb is mentioned", () => {
  const all = documents.map(({ text }) => text).join("\n");
  const mentioned = new Set([...all.matchAll(/\b(?:ccmctl|ccm-start) ([a-z]+)/g)].map(([, verb]) => verb));
  expect(VERB_NAMES.filter((verb) => !mentioned.has(verb))).toEqual([]);
});

test("the README's table names every provider, with the link that the catalogue has", async () => {
  const readme = await readFile(join(REPOSITORY, "README.md"), "utf8");
  const links = PROVIDER_TYPES.flatMap(({ docs }) => docs ?? []);
  expect(links.length).toBeGreaterThan(18);
  expect(links.filter((docs) => !readme.includes(`](${docs})`))).toEqual([]);
});
