import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createConfig, readTemplate, TEMPLATES, type TemplateName } from "../../lib/config/create.ts";
import { applyChanges, EditError } from "../../lib/config/edit/index.ts";
import { loadConfig } from "../../lib/config/load.ts";
import { locateConfig } from "../../lib/config/locate.ts";
import { ConfigConflict, ConfigRefused, saveConfig } from "../../lib/config/save.ts";
import { writeAtomic } from "../../lib/config/write-atomic.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "ccm-config-"));
});
afterEach(() => rm(folder, { recursive: true }));

const modeOf = async (path: string) => (await stat(path)).mode & 0o777;

async function file(...names: string[]): Promise<string> {
  const path = join(folder, ...names);
  await mkdir(join(path, ".."), { recursive: true });
  await writeFile(path, "");
  return path;
}

describe("the configuration file is looked for", () => {
  const locate = (env: Record<string, string>, flag?: string) =>
    locateConfig({ flag, env, home: join(folder, "home"), cwd: folder, systemWorkspace: join(folder, "system") });

  it("where it was named, whether it is there or not", async () => {
    await file("home/workspace/config/ccm-config.toml");
    expect(await locate({ CCM_CONFIG: "/b" }, "mine.toml")).toEqual({
      path: join(folder, "mine.toml"),
      exists: false,
      searched: [join(folder, "mine.toml")],
    });
    const named = await file("named.toml");
    expect(await locate({ CCM_CONFIG: named })).toMatchObject({ path: named, exists: true });
  });

  it("in the workspaces, then in the home of the original", async () => {
    const oldest = await file("home/.claude-code-mux/config.toml");
    expect(await locate({})).toMatchObject({ path: oldest, exists: true });
    const own = await file("home/workspace/config/ccm-config.toml");
    expect(await locate({})).toMatchObject({ path: own });
    const system = await file("system/config/ccm-config.toml");
    expect(await locate({})).toMatchObject({ path: system });
    const workspace = await file("w/config/ccm-config.toml");
    expect(await locate({ WORKSPACE: join(folder, "w") })).toMatchObject({ path: workspace });
    expect((await locate({ WORKSPACE: join(folder, "w") })).searched).toEqual([workspace, system, own, oldest]);
  });

  it("and a new one belongs into the workspace", async () => {
    const at = async (env: Record<string, string>) => (await locate(env)).path;
    expect(await at({ WORKSPACE: join(folder, "w") })).toBe(join(folder, "w/config/ccm-config.toml"));
    // Neither is there, and the machine-wide one can be made.
    expect(await at({})).toBe(join(folder, "system/config/ccm-config.toml"));
    await mkdir(join(folder, "home/workspace"), { recursive: true });
    expect(await at({})).toBe(join(folder, "home/workspace/config/ccm-config.toml"));
    await mkdir(join(folder, "system"));
    expect(await at({})).toBe(join(folder, "system/config/ccm-config.toml"));
  });
});

describe("a new configuration file", () => {
  it("is for its owner's eyes only and never replaces one", async () => {
    const path = join(folder, "deep/config/ccm-config.toml");
    expect(await createConfig(path, "# new\n")).toBe(true);
    expect(await modeOf(path)).toBe(0o600);
    expect(await createConfig(path, "# other\n")).toBe(false);
    expect(await readFile(path, "utf8")).toBe("# new\n");
  });

  it("comes from a template that is found from the bundles, too", async () => {
    for (const name of Object.keys(TEMPLATES) as TemplateName[]) expect(await readTemplate(name)).toContain("[server]");
    await mkdir(join(folder, "templates"));
    await writeFile(join(folder, "templates/ccm-config.toml"), "# installed\n");
    for (const bundle of ["dist/server.js", "dist/chunks/create-1234.js"]) {
      expect(await readTemplate("custom", join(folder, bundle))).toBe("# installed\n");
    }
    await expect(readTemplate("cost", join(folder, "dist/server.js"))).rejects.toThrow(
      /presets\/cost\.toml is missing/,
    );
  });
});

describe("a file is replaced as a whole", () => {
  it("with its mode kept, and nothing left beside it", async () => {
    const path = await file("c.toml");
    await chmod(path, 0o640);
    await writeAtomic(path, "new");
    expect(await readFile(path, "utf8")).toBe("new");
    expect(await modeOf(path)).toBe(0o640);
    expect(await readdir(folder)).toEqual(["c.toml"]);
  });

  it("through a link, which stays one", async () => {
    const path = await file("real/c.toml");
    const link = join(folder, "link.toml");
    await symlink(path, link);
    await writeAtomic(link, "new");
    expect(await readFile(path, "utf8")).toBe("new");
    expect(await readdir(join(folder, "real"))).toEqual(["c.toml"]);
  });
});

describe("saving", () => {
  const TEXT = '# mine\n[server]\nport = 1\nunknown = true\n[router]\nauto_map = "^a"\n';
  const setPort = (value: unknown) => (text: string) => applyChanges(text, [{ path: ["server", "port"], value }]);

  async function start(): Promise<{ path: string; etag: string }> {
    const path = join(folder, "c.toml");
    await writeFile(path, TEXT, { mode: 0o600 });
    return { path, etag: (await loadConfig(path, {})).etag };
  }

  it("writes the change and nothing else; a fault that was there before does not stop it", async () => {
    const { path, etag } = await start();
    const saved = await saveConfig({ path, env: {}, ifMatch: etag, change: setPort(2) });
    expect(await readFile(path, "utf8")).toBe(TEXT.replace("port = 1", "port = 2"));
    expect(saved.settings?.server.port).toBe(2);
    expect(saved.etag).not.toBe(etag);
    expect((await loadConfig(path, {})).etag).toBe(saved.etag);
  });

  it("refuses a change that was made for another text", async () => {
    const { path, etag } = await start();
    const first = saveConfig({ path, env: {}, ifMatch: etag, change: setPort(2) });
    const second = saveConfig({ path, env: {}, ifMatch: etag, change: setPort(3) });
    await first;
    await expect(second).rejects.toThrow(ConfigConflict);
    expect(await readFile(path, "utf8")).toContain("port = 2");
  });

  it("refuses what would break the file, and says why", async () => {
    const { path, etag } = await start();
    const bad = saveConfig({ path, env: {}, ifMatch: etag, change: setPort(99_999) });
    await expect(bad).rejects.toThrow(ConfigRefused);
    await expect(bad).rejects.toMatchObject({
      faults: expect.arrayContaining([expect.objectContaining({ line: 3, key: "server.port" })]),
    });
    await expect(saveConfig({ path, env: {}, ifMatch: etag, change: setPort(null) })).rejects.toThrow(EditError);
    expect(await readFile(path, "utf8")).toBe(TEXT);
    // One that failed does not hold up the next.
    await saveConfig({ path, env: {}, ifMatch: etag, change: setPort(2) });
  });
});
