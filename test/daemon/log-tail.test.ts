import { appendFileSync, mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { endOf, followFile, lastLines } from "../../lib/daemon/log-tail.ts";
import { openLogFile } from "../../lib/journal/log-file.ts";

let dir: string;
let path: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "ccm-tail-"));
  path = join(dir, "ccm.log");
});
afterEach(() => rmSync(dir, { recursive: true }));

describe("the last lines", () => {
  it("come in order, as many as are wanted and there", () => {
    expect(lastLines(path, 5)).toEqual([]);
    writeFileSync(path, "a\nb\nc\n");
    expect(lastLines(path, 2)).toEqual(["b", "c"]);
    expect(lastLines(path, 3)).toEqual(["a", "b", "c"]);
    expect(lastLines(path, 99)).toEqual(["a", "b", "c"]);
    expect(lastLines(path, 0)).toEqual([]);
    appendFileSync(path, "unfinished");
    expect(lastLines(path, 2)).toEqual(["c", "unfinished"]);
  });

  it("of a large file are whole, also where its pieces are joined", () => {
    const lines = Array.from({ length: 5_000 }, (_, at) => `line ${at} ${"ü".repeat(at % 40)}`);
    writeFileSync(path, `${lines.join("\n")}\n`);
    expect(lastLines(path, 4_000)).toEqual(lines.slice(-4_000));
  });
});

describe("following", () => {
  it("goes on through appending, emptying, deletion and a new file", async () => {
    writeFileSync(path, "old\n");
    let seen = "";
    const stop = new AbortController();
    followFile(
      path,
      endOf(path),
      (text) => {
        seen += text;
      },
      stop.signal,
    );
    try {
      appendFileSync(path, "one\n");
      await expect.poll(() => seen, { timeout: 10_000 }).toBe("one\n");
      truncateSync(path);
      appendFileSync(path, "2\n");
      await expect.poll(() => seen, { timeout: 10_000 }).toBe("one\n2\n");
      rmSync(path);
      writeFileSync(join(dir, "next"), "three\n");
      renameSync(join(dir, "next"), path);
      await expect.poll(() => seen, { timeout: 10_000 }).toBe("one\n2\nthree\n");
    } finally {
      stop.abort();
    }
  });

  it("misses no line when the log is rotated, not even those written in the same moment", async () => {
    const log = openLogFile(path, { maxBytes: 400, keep: 2 });
    log.write("the first line", true);
    let seen = "";
    const stop = new AbortController();
    followFile(path, 0, (text) => (seen += text), stop.signal);
    const lines = Array.from({ length: 32 }, (_, at) => `line ${at} of those that are written together`);
    try {
      for (let at = 0; at < lines.length; at += 4) {
        const group = lines.slice(at, at + 4);
        for (const line of group) log.write(line, line === group.at(-1));
        await expect.poll(() => seen, { timeout: 10_000 }).toContain(group.at(-1));
      }
      expect(seen).toBe(`${["the first line", ...lines].join("\n")}\n`);
    } finally {
      stop.abort();
      log.close();
    }
  });
});
