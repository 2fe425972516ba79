/**
 * @module Recorded answers of real providers and recorded requests of the real client. They live beside the checkout
 * (`../shared`) or below `$CCM_RECORDINGS` and are read in place; a machine without them skips what needs them.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export interface Recording {
  /** File name without its ending, unique within its vendor. */
  name: string;
  /** Who answered; equals the wire where the wire has one vendor. */
  vendor: string;
  /** First folder below `fixtures/`: `anthropic`, `openai-chat`, `openai-responses-xai` and so on. */
  wire: string;
  /** The `data:` payloads of the recorded stream, in order. Absent where only a whole answer was recorded. */
  events?: string[];
  /** The recorded answer of a request that did not stream. */
  answer?: Buffer;
}

/** One recorded request of the real Claude Code. `body` is absent where the request had none. */
export interface Capture {
  name: string;
  client: string;
  method: string;
  path: string;
  headers: Record<string, string>;
  body?: Record<string, unknown>;
}

const checkout = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const STREAM = ".chunks.txt";
const WHOLE = ".json";
const announced = new Set<string>();

/** The folder that holds `fixtures/` and `captures/`. It need not exist. */
export function recordingsRoot(env: NodeJS.ProcessEnv = process.env): string {
  return env.CCM_RECORDINGS ? resolve(env.CCM_RECORDINGS) : resolve(checkout, "../shared");
}

/**
 * All recordings below a folder of `fixtures/`, such as `anthropic` or `openai-chat/groq`, in a stable order.
 * Says once a test file how many there are; none at all where the recordings are not on this machine.
 */
export function recordings(folder: string): Recording[] {
  const top = join(recordingsRoot(), "fixtures");
  const found = new Map<string, Recording>();
  for (const path of filesBelow(join(top, folder))) {
    const ending = path.endsWith(STREAM) ? STREAM : path.endsWith(WHOLE) ? WHOLE : undefined;
    if (!ending) continue;
    const parts = path.slice(top.length + 1, -ending.length).split("/");
    const name = parts.at(-1) ?? "";
    const wire = parts[0] ?? "";
    const vendor = parts.length > 2 ? (parts[1] ?? wire) : wire;
    const key = parts.join("/");
    const recording = found.get(key) ?? { name, vendor, wire };
    if (ending === STREAM)
      recording.events = readFileSync(path, "utf8")
        .split("\n")
        .filter((line) => line.trim() !== "");
    else recording.answer = readFileSync(path);
    found.set(key, recording);
  }
  announce(`fixtures/${folder}`, found.size);
  return [...found.values()];
}

/** All recorded requests of the real client, by file name. */
export function captures(): Capture[] {
  const folder = join(recordingsRoot(), "captures");
  const found = filesBelow(folder)
    .filter((path) => path.endsWith(".json"))
    .map((path) => ({
      name: path.slice(folder.length + 1, -".json".length),
      ...(JSON.parse(readFileSync(path, "utf8")) as Omit<Capture, "name">),
    }));
  announce("captures", found.length);
  return found;
}

/** Cuts bytes into pieces of `size`, wherever that falls: in the middle of events, of lines and of characters. */
export function slices(bytes: Buffer | string, size: number): Buffer[] {
  const all = Buffer.from(bytes);
  const pieces: Buffer[] = [];
  for (let at = 0; at < all.length; at += size) pieces.push(all.subarray(at, at + size));
  return pieces;
}

function announce(what: string, count: number): void {
  if (announced.has(what)) return;
  announced.add(what);
  console.info(
    count > 0
      ? `recordings: ${count} used from ${what}`
      : `recordings: 0 used, ${what} skipped: not found below ${recordingsRoot()} (set CCM_RECORDINGS)`,
  );
}

function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
