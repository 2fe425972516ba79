import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readPidFile, removePidFile, type ServerRecord, writePidFile } from "../../lib/daemon/pid-file.ts";

let dir: string;
let path: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "ccm-pid-"));
  path = join(dir, "ccm.pid");
});
afterEach(() => rmSync(dir, { recursive: true }));

const RECORD: ServerRecord = {
  pid: 4711,
  start: "boot/123",
  host: "127.0.0.1",
  port: 13_456,
  configPath: "/c/ccm-config.toml",
  version: "1.2.3",
  given: { port: 13_456 },
};

describe("the pid file", () => {
  it("comes back as it was written, for the user alone, with nothing beside it", () => {
    writePidFile(path, RECORD);
    expect(readPidFile(path)).toEqual(RECORD);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(dir)).toEqual(["ccm.pid"]);
  });

  it.each(["", "4711\n", "{}", "[]", "null", '{"pid":-1}'])("that holds %j tells of no server", (text) => {
    writeFileSync(path, text);
    expect(readPidFile(path)).toBeUndefined();
  });

  it("is removed only by whom it speaks of", () => {
    writePidFile(path, RECORD);
    removePidFile(path, { pid: 4711, start: "boot/999" });
    expect(existsSync(path)).toBe(true);
    removePidFile(path, RECORD);
    expect(existsSync(path)).toBe(false);
    removePidFile(path, undefined);
  });
});
