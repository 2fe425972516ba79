/** @module A fresh clone of this repository, as far as it can be had without git's server. */
import { existsSync } from "node:fs";
import { cp, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
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

export interface Clone {
  path: string;
  remove(): Promise<void>;
}

/** A clone to run commands in. It is built already where this repository is, else by its first command. */
export async function makeClone(): Promise<Clone> {
  const path = await mkdtemp(join(tmpdir(), "ccm-clone-"));
  await cloneInto(path, (file) => !file.startsWith("test/") || file.startsWith("test/relay/"));
  await lendPackages(path);
  const built = join(REPOSITORY, "dist");
  if (existsSync(built)) await cp(built, join(path, "dist"), { recursive: true });
  return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 5 }) };
}
