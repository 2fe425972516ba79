import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const BIN = resolve(import.meta.dirname, "../../bin");
const SYSTEM = "/usr/bin:/bin";

let dir: string;
/** An installed package: launchers and a program that shows how it was called; no sources. */
let root: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "ccm launch "));
  root = join(dir, "lib", "claude-code-mux", "1.2.3");
  mkdirSync(join(root, "dist"), { recursive: true });
  cpSync(BIN, join(root, "bin"), { recursive: true });
  writeFileSync(
    join(root, "package.json"),
    '{\n  "name": "claude-code-mux",\n  "version": "1.2.3",\n  "type": "module"\n}\n',
  );
  const echo =
    "console.log(JSON.stringify({ by: process.env.CCM_PROGRAM, args: process.argv.slice(2), node: process.env.FAKE }));";
  for (const name of ["ccmctl.js", "quickstart.js"]) writeFileSync(join(root, "dist", name), echo);
});
afterEach(() => rmSync(dir, { recursive: true }));

function run(path: string, args: string[] = [], env: Record<string, string> = {}) {
  const done = spawnSync(path, args, {
    encoding: "utf8",
    env: { PATH: SYSTEM, HOME: dir, CCM_NODE: process.execPath, ...env },
    cwd: dir,
  });
  return {
    code: done.status,
    stdout: done.stdout,
    stderr: done.stderr,
    said: done.stdout.startsWith("{") ? JSON.parse(done.stdout) : undefined,
  };
}

/** A `node` that claims a version; the right one is handed on to the real Node. */
function fakeNode(place: string, version: string): string {
  const path = join(dir, place, "node");
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(
    path,
    `#!/bin/sh\nif [ "$1" = --version ]; then echo ${version}; else FAKE='${place}' exec '${process.execPath}' "$@"; fi\n`,
  );
  chmodSync(path, 0o755);
  return path;
}

describe.each([["ccmctl"], ["ccm-start"], ["ccm-quickstart"]])("bin/%s", (name) => {
  it("runs the program with the arguments as they are", () => {
    const args = ["a b", "", "*", "--x=$HOME", "é\n"];
    expect(run(join(root, "bin", name), args).said).toEqual({ by: name, args });
  });

  it("says its version without any Node", () => {
    expect(run(join(root, "bin", name), ["--version"], { CCM_NODE: "/nonexistent" })).toMatchObject({
      code: 0,
      stdout: `${name} 1.2.3\n`,
    });
  });

  it("is found through symbolic links, relative, absolute and in chains", () => {
    const links = join(dir, "bin links");
    mkdirSync(links);
    symlinkSync(join(root, "bin", name), join(links, "absolute"));
    symlinkSync(`../lib/claude-code-mux/1.2.3/bin/${name}`, join(links, "relative"));
    symlinkSync("relative", join(links, "chain"));
    symlinkSync("1.2.3", join(dir, "lib", "claude-code-mux", "current"));
    symlinkSync(join(dir, "lib", "claude-code-mux", "current", "bin", name), join(links, "versioned"));
    for (const link of ["absolute", "relative", "chain", "versioned"]) {
      expect(run(join(links, link), ["x"]).said, link).toMatchObject({ by: name, args: ["x"] });
    }
    const byName = spawnSync("sh", ["-c", "chain x"], {
      encoding: "utf8",
      env: { PATH: `${links}:${SYSTEM}`, CCM_NODE: process.execPath },
    });
    expect(JSON.parse(byName.stdout)).toMatchObject({ args: ["x"] });
  });
});

describe("the Node that is used", () => {
  const ccmctl = () => join(root, "bin", "ccmctl");
  const without = { CCM_NODE: "" };

  it("is the pinned one, else the one on PATH", () => {
    const onPath = dirname(fakeNode("on path", "v22.1.0"));
    expect(run(ccmctl(), [], { ...without, PATH: `${onPath}:${SYSTEM}` }).said).toMatchObject({ node: "on path" });
    const pinned = run(ccmctl(), [], { CCM_NODE: fakeNode("pinned", "v18.0.0"), PATH: `${onPath}:${SYSTEM}` });
    expect(pinned).toMatchObject({ code: 1, stdout: "" });
    expect(pinned.stderr).toMatch(/needs Node\.js 20 or newer\. CCM_NODE is set to .*, which is Node\.js 18/);
    expect(run(ccmctl(), [], { CCM_NODE: "/nonexistent" }).stderr).toContain("no Node.js that can be run");
  });

  it.each([
    [".nvm/versions/node/v22.0.0/bin"],
    [".local/share/fnm/node-versions/v22.0.0/installation/bin"],
    [".local/share/mise/installs/node/22.0.0/bin"],
    [".volta/tools/image/node/22.0.0/bin"],
    [".asdf/installs/nodejs/22.0.0/bin"],
    [".local/bin"],
  ])("is found in ~/%s when the one on PATH is too old", (place) => {
    const old = dirname(fakeNode("old", "v16.20.0"));
    fakeNode(place, "v22.0.0");
    expect(run(ccmctl(), ["x"], { ...without, PATH: `${old}:${toolsWithoutNode()}` }).said).toMatchObject({
      args: ["x"],
    });
  });

  /** What the launcher itself needs, and no Node. */
  function toolsWithoutNode(): string {
    const tools = join(dir, "tools");
    mkdirSync(tools, { recursive: true });
    for (const tool of ["sh", "sed", "dirname", "readlink"]) {
      const found = spawnSync("sh", ["-c", `command -v ${tool}`], { encoding: "utf8" }).stdout.trim();
      if (found.startsWith("/")) symlinkSync(found, join(tools, tool));
    }
    return tools;
  }
});

describe("a clone", () => {
  beforeEach(() => {
    mkdirSync(join(root, "lib"));
    mkdirSync(join(root, "scripts"));
  });

  it("is built first, and what that says is not the command's output", () => {
    writeFileSync(join(root, "scripts", "ensure-build.mjs"), 'console.log("Building the program…");');
    const done = run(join(root, "bin", "ccmctl"), ["x"]);
    expect(done.said).toMatchObject({ args: ["x"] });
    expect(done.stderr).toBe("Building the program…\n");
  });

  it("that cannot be built does not run", () => {
    writeFileSync(join(root, "scripts", "ensure-build.mjs"), 'console.error("no"); process.exitCode = 1;');
    expect(run(join(root, "bin", "ccmctl"))).toMatchObject({ code: 1, stdout: "", stderr: "no\n" });
  });
});

it("the launchers are clean for shellcheck", (context) => {
  if (spawnSync("shellcheck", ["--version"]).error) return context.skip();
  const files = ["ccmctl", "ccm-start", "ccm-quickstart", "launch.sh"].map((name) => join(BIN, name));
  const done = spawnSync("shellcheck", ["-x", "-P", resolve(BIN, ".."), ...files], {
    encoding: "utf8",
    cwd: resolve(BIN, ".."),
  });
  expect(done.stdout).toBe("");
  expect(done.status).toBe(0);
});
