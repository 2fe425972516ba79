/**
 * Changes the file on disk.
 * @module
 */
import { readFile } from "node:fs/promises";
import type { Fault } from "./faults.ts";
import { etagOf, type LoadedConfig, parseConfig } from "./load.ts";
import type { Environment } from "./references.ts";
import { writeAtomic } from "./write-atomic.ts";

/** The file is no longer the one that the change was made for. */
export class ConfigConflict extends Error {
  /** Of the file as it is now. */
  readonly etag: string;
  constructor(etag: string) {
    super("The configuration was changed by somebody else in the meantime. Load it again and repeat your change.");
    this.name = "ConfigConflict";
    this.etag = etag;
  }
}

/** The change would break the file, or break it further; nothing was written. */
export class ConfigRefused extends Error {
  readonly faults: readonly Fault[];
  constructor(faults: readonly Fault[]) {
    super("The change was not saved: it would break the configuration.");
    this.name = "ConfigRefused";
    this.faults = faults;
  }
}

export interface SaveOptions {
  path: string;
  env: Environment;
  /** `etag` of the text for which the change was made. */
  ifMatch: string;
  /** From the text on disk to the new one, e.g. `(text) => applyChanges(text, changes)`. */
  change: (text: string) => string | Promise<string>;
}

/** Saves wait for each other: between the look at the file and its replacement nobody else of this process may write. */
let queue: Promise<unknown> = Promise.resolve();

/**
 * Reads the file, makes the change, checks the result and replaces the file as a whole. A fault that was there before does not stop
 * a change, unless the result cannot be used at all.
 * @throws {ConfigConflict} {@link ConfigRefused}, what `change` throws, and what the file system throws
 */
export function saveConfig(options: SaveOptions): Promise<LoadedConfig> {
  const saved = queue.then(() => save(options));
  queue = saved.catch(() => undefined);
  return saved;
}

async function save({ path, env, ifMatch, change }: SaveOptions): Promise<LoadedConfig> {
  const text = await readFile(path, "utf8");
  const etag = etagOf(text);
  if (etag !== ifMatch) throw new ConfigConflict(etag);
  const next = await change(text);
  const loaded = await parseConfig(next, { path, env });
  if (next === text) return loaded;
  const before = await parseConfig(text, { path, env });
  const had = new Set(before.faults.map(({ key, message }) => `${key} ${message}`));
  const added = loaded.faults.filter(({ key, message }) => !had.has(`${key} ${message}`));
  if (added.length > 0 || (before.settings && !loaded.settings)) throw new ConfigRefused(loaded.faults);
  await writeAtomic(path, next);
  return loaded;
}
