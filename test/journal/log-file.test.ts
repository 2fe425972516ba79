import {
  appendFileSync,
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openLogFile, rotateLogIfOver } from "../../lib/journal/log-file.ts";

let dir: string;
let path: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "ccm-log-"));
  path = join(dir, "ccm.log");
});
afterEach(() => rmSync(dir, { recursive: true }));

const read = (file: string) => readFileSync(file, "utf8");

describe("the log file", () => {
  it("appends lines and is the user's alone", () => {
    writeFileSync(path, "earlier\n", { mode: 0o600 });
    const log = openLogFile(path);
    log.write("one");
    log.write("two");
    log.close();
    expect(read(path)).toBe("earlier\none\ntwo\n");

    const fresh = openLogFile(join(dir, "fresh.log"));
    fresh.write("x");
    fresh.close();
    expect(statSync(join(dir, "fresh.log")).mode & 0o777).toBe(0o600);
  });

  it("gathers lines for a moment, in their order, and writes those of trouble at once", async () => {
    const log = openLogFile(path);
    log.write("one");
    expect(existsSync(path)).toBe(false);
    log.write("two", true);
    expect(read(path)).toBe("one\ntwo\n");
    log.write("three");
    await expect.poll(() => read(path)).toBe("one\ntwo\nthree\n");
    log.close();
  });

  it("stays within its bound and loses only the oldest lines", () => {
    const log = openLogFile(path, { maxBytes: 100, keep: 2 });
    for (let number = 100; number < 200; number++) log.write(`line ${number}`); // 9 bytes each
    log.close();
    for (const file of [path, `${path}.1`, `${path}.2`]) expect(statSync(file).size).toBeLessThanOrEqual(100);
    expect(existsSync(`${path}.3`)).toBe(false);
    const kept = (read(`${path}.2`) + read(`${path}.1`) + read(path)).trim().split("\n");
    const newest = Array.from({ length: kept.length }, (_, at) => `line ${200 - kept.length + at}`);
    expect(kept).toEqual(newest);
    expect(kept.length).toBeGreaterThan(20);
  });

  it("comes back when the file is deleted, or its directory was and is there again", () => {
    const log = openLogFile(path);
    log.write("lost", true);
    rmSync(path);
    log.write("found", true);
    expect(read(path)).toBe("found\n");
    log.close();
  });

  it("leaves another writer's open file in use after a rotation", () => {
    const stderr = openSync(path, "a");
    const log = openLogFile(path, { maxBytes: 20, keep: 1 });
    log.write("a long line of the log");
    log.write("next", true);
    writeSync(stderr, "crash\n");
    log.close();
    closeSync(stderr);
    expect(read(path)).toBe("next\ncrash\n");
  });

  it("tells once when it cannot write, and never throws", () => {
    const errors: Error[] = [];
    const log = openLogFile(join(dir, "absent", "ccm.log"), undefined, (error) => errors.push(error));
    log.write("one", true);
    log.write("two", true);
    log.write("three");
    log.close();
    expect(errors.map((error) => (error as NodeJS.ErrnoException).code)).toEqual(["ENOENT"]);
  });

  it("rotates at a start only what is over the limit", () => {
    rotateLogIfOver(path);
    expect(existsSync(path)).toBe(false);
    appendFileSync(path, "x".repeat(50));
    rotateLogIfOver(path, { maxBytes: 50, keep: 1 });
    expect(existsSync(`${path}.1`)).toBe(false);
    rotateLogIfOver(path, { maxBytes: 49, keep: 1 });
    expect([statSync(path).size, statSync(`${path}.1`).size]).toEqual([0, 50]);
  });
});
