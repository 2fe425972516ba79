import { type FSWatcher, unwatchFile, watch, watchFile } from "node:fs";
import { readFile, realpath } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import { etagOf, type LoadedConfig, parseConfig } from "./load.ts";
import type { Environment } from "./references.ts";

/** A file is read when it has been left alone for so long: editors truncate, write and rename in quick succession. */
const QUIET_MS = 15;
/** An empty file is valid, and also what many editors leave for a moment. */
const EMPTY_MS = 60;
/** Some file systems (shared folders of containers) tell of no change; so the file is also looked at now and then. */
const POLL_MS = 2_000;

export interface ConfigWatch {
  /** Reads the file now; resolves when `onChange` has been told, if there was anything to tell. */
  check(): Promise<void>;
  close(): void;
}

/**
 * Tells of each change of the file's text, whether good or bad. A change that brings a fault has no `settings`, so that the last
 * good ones stay in use; a fault that was there before does not stop a change. While the file is away nothing is told. Sees
 * edits in place, replacement by rename, deletion and re-creation, also of the folder, and a link that is turned.
 * @param current what is in use; default: what stands in the file when the watch begins
 */
export function watchConfig(
  path: string,
  env: Environment,
  onChange: (loaded: LoadedConfig) => void,
  { current }: { current?: LoadedConfig } = {},
): ConfigWatch {
  let known = current;
  let good = current;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  let watchers: FSWatcher[] = [];
  let reading: Promise<void> = Promise.resolve();

  const soon = (delay: number): void => {
    clearTimeout(timer);
    if (!closed) timer = setTimeout(() => void check(), delay);
  };

  const check = (): Promise<void> => {
    reading = reading.then(async () => {
      const next = await readChange(path, env, known);
      if (closed || !next) return;
      const first = known === undefined;
      known = next;
      const accepted = good && addsFault(next, good) ? { ...next, settings: undefined } : next;
      if (accepted.settings) good = accepted;
      if (!first) onChange(accepted);
    });
    return reading;
  };

  /** Watches folders, not files: a file that is replaced would take its watcher with it. */
  const listen = async (): Promise<void> => {
    for (const watcher of watchers) watcher.close();
    watchers = [];
    const target = await realpath(path).catch(() => path);
    if (closed) return;
    // Beside the file may lie a log, which changes all the time. Where links lead to the file, any name may be one of them.
    const only = target === resolve(path) ? basename(path) : undefined;
    for (const folder of new Set([dirname(path), dirname(target)])) {
      const watcher = watchFolder(folder, only, () => soon(QUIET_MS));
      if (watcher) watchers.push(watcher);
    }
  };

  watchFile(path, { persistent: false, interval: POLL_MS }, (now, before) => {
    // Another file may stand in another folder now.
    if (now.ino !== before.ino) void listen();
    soon(0);
  });
  void listen().then(() => soon(0));

  return {
    check,
    close() {
      closed = true;
      clearTimeout(timer);
      unwatchFile(path);
      for (const watcher of watchers) watcher.close();
    },
  };
}

/** @returns undefined when the text is the one that is known, or the file is away */
async function readChange(
  path: string,
  env: Environment,
  known: LoadedConfig | undefined,
  mayWait = true,
): Promise<LoadedConfig | undefined> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return undefined;
    const fault = { path, key: "", message: `the file cannot be read: ${message}.` };
    return { path, text: "", etag: etagOf(""), tree: undefined, settings: undefined, faults: [fault], notes: [] };
  }
  if (text === known?.text) return undefined;
  if (text.trim() === "" && known && mayWait) {
    await new Promise((resolve) => setTimeout(resolve, EMPTY_MS));
    return readChange(path, env, known, false);
  }
  return parseConfig(text, { path, env });
}

/**
 * @param only the name that counts; undefined: any
 * @returns undefined where the folder cannot be watched (it is away, or the system's watches are used up): the poll remains
 */
function watchFolder(folder: string, only: string | undefined, onEvent: () => void): FSWatcher | undefined {
  try {
    const watcher = watch(folder, { persistent: false }, (_event, name) => {
      if (only === undefined || name === null || name === only) onEvent();
    });
    watcher.on("error", () => watcher.close());
    return watcher;
  } catch {
    return undefined;
  }
}

function addsFault(next: LoadedConfig, before: LoadedConfig): boolean {
  const had = new Set(before.faults.map(({ key, message }) => `${key} ${message}`));
  return next.faults.some(({ key, message }) => !had.has(`${key} ${message}`));
}
