import { chmod, mkdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { makeBackup } from "../config/backups.ts";
import { writeAtomic } from "../config/write-atomic.ts";

/**
 * Replaces the configuration by another, in one step. The one that was there is kept beside it.
 * @returns path of the backup; undefined when there was nothing to keep
 */
export async function replaceConfig(path: string, text: string, now: Date): Promise<string | undefined> {
  await prepareFolder(path);
  const backup = (await exists(path)) ? join(dirname(path), await makeBackup(path, now)) : undefined;
  if (backup !== undefined) await chmod(path, 0o600); // keys are in there
  await writeAtomic(path, text);
  return backup;
}

/** Makes the directory of a file that is to be written. */
export async function prepareFolder(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
