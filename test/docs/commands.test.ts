/**
 * Every command of the documents is run as it is written, in the order in which a reader meets it, each document on a machine
 * of its own with simulated providers. A command that cannot be run to its end has its place in `exceptions.ts`.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Clone, makeClone } from "./clone.ts";
import { commandsOf, readDocuments } from "./documents.ts";
import { EXCEPTIONS } from "./exceptions.ts";
import { makeReader, type Reader } from "./reader.ts";

const documents = (await readDocuments())
  .map((document) => ({ ...document, commands: commandsOf(document) }))
  .filter(({ commands }) => commands.length > 0);

test("no exception is left over", () => {
  const written = new Set(documents.flatMap(({ commands }) => commands.map(({ command }) => command)));
  expect(Object.keys(EXCEPTIONS).filter((command) => !written.has(command))).toEqual([]);
});

let clone: Clone;
beforeAll(async () => {
  clone = await makeClone();
});
afterAll(() => clone.remove());

describe.each(documents)("$path", { timeout: 60_000 }, ({ path, commands }) => {
  let reader: Reader;

  beforeAll(async () => {
    reader = await makeReader(clone);
    if (path === "README.md") return; // it begins with a fresh clone; the others are read by those who have installed it
    const ready = await reader.run("./install.sh && ccmctl start");
    expect(ready.exitCode, ready.output).toBe(0);
  });
  afterAll(() => reader?.leave());

  test.each(commands)("line $line: $command", async ({ command, setUp }) => {
    const { instead = command, until, exitCode = 0, says = /(?:)/ } = EXCEPTIONS[command] ?? {};
    const ran = await reader.run([...setUp, instead].join("\n"), until);
    expect(ran.output).toMatch(until ?? says);
    if (!until) expect(ran.exitCode, ran.output).toBe(exitCode);
  });
});
