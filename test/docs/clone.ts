/** @module A fresh clone of this repository, as far as it can be had without git's server. */
import { rm, symlink } from "node:fs/promises";
import { join, resolve } from "node:path";
import { execa } from "execa";

export const REPOSITORY = resolve(import.meta.dirname, "../..");

/** The files that git has or would take in, relative to the repository. */
export async function clonedFiles(): Promise<string[]> {
  const { stdout } = await execa("git", ["ls-files", "-co", "--exclude-standard"], { cwd: REPOSITORY });
  return stdout.split("\n");
}

/** Copies them. @param target an existing folder @param wanted which of them; default all */
export async function cloneInto(target: string, wanted: (path: string) => boolean = () => true): Promise<void> {
  const archive = join(target, ".clone.tar");
  const input = (await clonedFiles()).filter(wanted).join("\n");
  // Files that were deleted and not yet committed are passed over.
  await execa("tar", ["-cf", archive, "--ignore-failed-read", "-T", "-"], { cwd: REPOSITORY, input });
  await execa("tar", ["-xf", archive, "-C", target]);
  await rm(archive);
}

/** The packages that the first command would install. */
export async function lendPackages(target: string): Promise<void> {
  await symlink(join(REPOSITORY, "node_modules"), join(target, "node_modules"));
}
