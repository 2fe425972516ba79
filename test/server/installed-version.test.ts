import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { installedVersion } from "../../lib/server/installed-version.ts";

let versions: string;
beforeEach(async () => {
  versions = await mkdtemp(join(tmpdir(), "ccm-versions-"));
});
afterEach(() => rm(versions, { recursive: true }));

async function install(version: string, name = "claude-code-mux"): Promise<string> {
  const folder = join(versions, version);
  await mkdir(folder);
  await writeFile(join(folder, "package.json"), JSON.stringify({ name, version }));
  return folder;
}

async function makeCurrent(version: string): Promise<void> {
  await symlink(version, join(versions, "next"));
  await rename(join(versions, "next"), join(versions, "current"));
}

test("a newer version that was laid beside the running one is told of, and no longer once it runs", async () => {
  const running = await install("1.0.0");
  await makeCurrent("1.0.0");
  const installed = installedVersion(running, "1.0.0");
  expect(installed()).toBeUndefined();
  const next = await install("1.1.0");
  await makeCurrent("1.1.0");
  expect(installed()).toBe("1.1.0");
  expect(installedVersion(next, "1.1.0")()).toBeUndefined();
  await makeCurrent("1.0.0");
  expect(installed()).toBeUndefined();
});

test("a clone has no `current`, and a stranger's is none of ours", async () => {
  const running = await install("1.0.0");
  const installed = installedVersion(running, "1.0.0");
  expect(installed()).toBeUndefined();
  await install("2.0.0", "something-else");
  await makeCurrent("2.0.0");
  expect(installed()).toBeUndefined();
});
