import { join } from "node:path";
import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { REPOSITORY } from "./machine.ts";

const { stdout } = await execa("git", ["ls-files", "*.sh", "bin/*", "cli/extension-manager"], { cwd: REPOSITORY });
const scripts = stdout.split("\n");
const haveShellcheck = (await execa("shellcheck", ["--version"], { reject: false })).exitCode === 0;

describe("shell scripts", () => {
  test("are all there", () => {
    expect(scripts).toEqual(expect.arrayContaining(["install.sh", "uninstall.sh", "upgrade.sh", "bin/ccmctl"]));
  });

  test.skipIf(!haveShellcheck).each(scripts)("shellcheck finds nothing in %s (needs shellcheck)", async (path) => {
    const { exitCode, stdout } = await execa("shellcheck", ["-x", path], { cwd: REPOSITORY, reject: false });
    expect(stdout).toBe("");
    expect(exitCode).toBe(0);
  });

  test.each(scripts)("bash can read %s", async (path) => {
    expect((await execa("bash", ["-n", join(REPOSITORY, path)], { reject: false })).stderr).toBe("");
  });
});
