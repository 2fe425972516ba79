import { writeFileSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, symlink, unlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type LoadedConfig, loadConfig } from "../../lib/config/load.ts";
import { type ConfigWatch, watchConfig } from "../../lib/config/watch.ts";

const port = (value: number) => `[server]\nport = ${value}\n`;

let folder: string;
let path: string;
let watch: ConfigWatch | undefined;
let told: LoadedConfig[];
let tell: () => void;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "ccm-watch-"));
  path = join(folder, "config", "c.toml");
  await mkdir(join(folder, "config"));
  writeFileSync(path, port(1));
  told = [];
  tell = () => undefined;
});
afterEach(async () => {
  watch?.close();
  await rm(folder, { recursive: true, force: true });
});

async function begin(): Promise<void> {
  const onChange = (loaded: LoadedConfig) => {
    told.push(loaded);
    tell();
  };
  watch = watchConfig(path, {}, onChange, { current: await loadConfig(path, {}) });
  await watch.check();
}

/**
 * Resolves when something was told after the change was made. Files are written at one go: on a busy machine they would else lie
 * empty for so long that they count as emptied.
 */
async function change(make: () => void | Promise<void>): Promise<LoadedConfig> {
  const next = new Promise<void>((resolve) => {
    tell = resolve;
  });
  await make();
  await next;
  return told.at(-1) as LoadedConfig;
}

describe("the watch over the configuration file sees", () => {
  it("an edit in place", async () => {
    await begin();
    expect((await change(() => writeFileSync(path, port(2)))).settings?.server.port).toBe(2);
    expect((await change(() => writeFileSync(path, port(3)))).settings?.server.port).toBe(3);
    expect(told).toHaveLength(2);
  });

  it("a replacement by rename, again and again", async () => {
    await begin();
    for (const value of [2, 3, 4]) {
      const loaded = await change(async () => {
        writeFileSync(`${path}.new`, port(value));
        await rename(`${path}.new`, path);
      });
      expect(loaded.settings?.server.port).toBe(value);
    }
  });

  it("a deletion, of which nothing is told, and the return of the file", async () => {
    await begin();
    await unlink(path);
    await watch?.check();
    expect(told).toEqual([]);
    expect((await change(() => writeFileSync(path, port(2)))).settings?.server.port).toBe(2);
  });

  it("the return of the whole folder", async () => {
    await begin();
    await rm(join(folder, "config"), { recursive: true });
    await watch?.check();
    const loaded = await change(async () => {
      await mkdir(join(folder, "config"));
      writeFileSync(path, port(2));
    });
    expect(loaded.settings?.server.port).toBe(2);
  });

  it("a change behind a link", async () => {
    const real = join(folder, "real", "c.toml");
    await mkdir(join(folder, "real"));
    writeFileSync(real, port(1));
    await unlink(path);
    await symlink(real, path);
    await begin();
    expect((await change(() => writeFileSync(real, port(2)))).settings?.server.port).toBe(2);
  });

  it("a file that is emptied for good, but not one that is empty while it is written", async () => {
    await begin();
    const loaded = await change(() => {
      writeFileSync(path, "");
      writeFileSync(path, port(2));
    });
    expect(loaded.settings?.server.port).toBe(2);
    expect((await change(() => writeFileSync(path, ""))).settings?.server.port).toBe(13_456);
  });
});

describe("the watch keeps the last good settings", () => {
  it("while the file has a fault that was not there before", async () => {
    await begin();
    for (const text of ["[server\n", '[server]\nport = "x"\n', "[server]\nhots = 1\nport = 5\n"]) {
      const loaded = await change(() => writeFileSync(path, text));
      expect(loaded.settings).toBeUndefined();
      expect(loaded.faults).toHaveLength(1);
    }
    expect((await change(() => writeFileSync(path, port(2)))).settings?.server.port).toBe(2);
  });

  it("but lets a fault stand that the file has had from the start", async () => {
    writeFileSync(path, "[server]\nhots = 1\nport = 1\n");
    await begin();
    const loaded = await change(() => writeFileSync(path, "[server]\nhots = 1\nport = 2\n"));
    expect(loaded.settings?.server.port).toBe(2);
    expect(loaded.faults).toHaveLength(1);
  });

  it("tells when the file cannot be read", async () => {
    await begin();
    const loaded = await change(async () => {
      await unlink(path);
      await mkdir(path);
    });
    expect(loaded).toMatchObject({
      settings: undefined,
      faults: [{ message: expect.stringContaining("cannot be read") }],
    });
  });

  it("says nothing any more when it is closed", async () => {
    await begin();
    watch?.close();
    writeFileSync(path, port(2));
    await watch?.check();
    expect(told).toEqual([]);
  });
});
