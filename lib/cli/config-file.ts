import { chmod, copyFile, mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { writeAtomic } from "../config/write-atomic.ts";

/**
 * Replaces the configuration by another, in one step. The one that was there is kept beside it.
 * @returns path of the backup; undefined when there was nothing to keep
 */
export async function replaceConfig(path: string, text: string, now: Date): Promise<string | undefined> {
  await prepareFolder(path);
  const backup = await backupConfig(path, now);
  if (backup !== undefined) for (const file of [path, backup]) await chmod(file, 0o600); // keys are in there
  await writeAtomic(path, text);
  return backup;
}

/** Makes the directory of a file that is to be written. */
export async function prepareFolder(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
}

/** Keeps a copy under a name that tells when: `ccm-config.toml.2026-11-24T05-29-00.bak`. It is as private as the file. */
async function backupConfig(path: string, now: Date): Promise<string | undefined> {
  if (!(await exists(path))) return undefined;
  const stamp = now.toISOString().slice(0, 19).replaceAll(":", "-");
  let backup = `${path}.${stamp}.bak`;
  for (let number = 2; await exists(backup); number++) backup = `${path}.${stamp}-${number}.bak`;
  await copyFile(path, backup);
  return backup;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
