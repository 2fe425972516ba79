import { randomBytes } from "node:crypto";
import { chown, open, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/**
 * Replaces a file as a whole: a reader sees the old text or the new one, never a part. Mode and owner stay; a new file is for its
 * owner's eyes only. A symbolic link stays one: the file that it points to is replaced.
 */
export async function writeAtomic(path: string, text: string): Promise<void> {
  const target = await realpath(path).catch(() => path);
  const old = await stat(target).catch(() => undefined);
  const temporary = join(dirname(target), `.${basename(target)}.${process.pid}-${randomBytes(4).toString("hex")}`);
  try {
    const file = await open(temporary, "wx", old ? old.mode & 0o777 : 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    if (old && old.uid !== process.getuid?.()) await chown(temporary, old.uid, old.gid);
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    // A single file that is mounted into a container cannot be replaced, only written.
    if (!old || (error as NodeJS.ErrnoException).code !== "EBUSY") throw error;
    await writeFile(target, text);
  }
}
