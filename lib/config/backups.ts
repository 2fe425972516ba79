import { chmod, copyFile, readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** A copy of the configuration file that lies beside it. `time` in epoch ms. */
export interface Backup {
  /** Without the folder. */
  name: string;
  time: number;
  bytes: number;
}

/** What follows the file's own name: `ccm-config.toml.2026-11-24T05-29-00.bak`, and `…-2.bak` for another in that second. */
const STAMP = /^\.\d{4}-\d{2}-\d{2}T\d{2}-\d{2}-\d{2}(?:-\d+)?\.bak$/;

/** The copies of a configuration file, newest first. */
export async function listBackups(configPath: string): Promise<Backup[]> {
  const folder = dirname(configPath);
  const names = (await readdir(folder)).filter((name) => isBackup(configPath, name));
  const views = await Promise.all(
    names.map(async (name) => {
      const { mtimeMs, size } = await stat(join(folder, name));
      return { name, time: Math.round(mtimeMs), bytes: size };
    }),
  );
  return views.sort((a, b) => b.time - a.time || b.name.localeCompare(a.name));
}

/**
 * Copies the file under a name that tells when. The copy is for its owner's eyes only, since keys are in there.
 * @returns the copy's name, without the folder
 */
export async function makeBackup(configPath: string, now: Date): Promise<string> {
  const stamp = now.toISOString().slice(0, 19).replaceAll(":", "-");
  const taken = new Set(await readdir(dirname(configPath)));
  const first = `${basename(configPath)}.${stamp}`;
  let name = `${first}.bak`;
  for (let number = 2; taken.has(name); number++) name = `${first}-${number}.bak`;
  const path = join(dirname(configPath), name);
  await copyFile(configPath, path);
  await chmod(path, 0o600);
  return name;
}

/** @returns undefined when no backup has that name; only backups of this very file can be named */
export async function readBackup(configPath: string, name: string): Promise<string | undefined> {
  if (!isBackup(configPath, name)) return undefined;
  return readFile(join(dirname(configPath), name), "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
}

function isBackup(configPath: string, name: string): boolean {
  const file = basename(configPath);
  return name.startsWith(file) && STAMP.test(name.slice(file.length));
}
