/**
 * Keys that the configuration does not hold, but says where to get: `file:PATH` and `cmd:COMMAND`.
 * @module
 */
import { spawn } from "node:child_process";
import { readFile, stat } from "node:fs/promises";
import { homedir } from "node:os";

/** No key could be had. `message` says why, and holds nothing of what was read. */
export class NoKey extends Error {
  override readonly name = "NoKey";
}

interface Known {
  key: string;
  /** One more with every other key. */
  generation: number;
  readAt: number;
}

interface Surroundings {
  env: NodeJS.ProcessEnv;
  /** Tells the user of what is not as it should be, though it works. */
  warn: (message: string) => void;
  /** For a command that takes longer, because it waits for somebody's password. */
  commandTimeoutMs?: number;
}

const KINDS = {
  "file:": { read: readKeyFile, maxAgeMs: 5_000 },
  "cmd:": { read: runCommand, maxAgeMs: 10 * 60_000 },
} as const;

const COMMAND_TIMEOUT_MS = 20_000;
const MOST_BYTES = 64 * 1024;
/** A source that failed is not asked again at once. */
const FAILED_MS = 5_000;

/**
 * Reads keys when they are first needed and keeps them in memory. A key that is getting old is used while a newer one is
 * being read, so that no request waits for it.
 */
export class KeySources {
  readonly #around: Surroundings;
  readonly #warned = new Set<string>();
  readonly #now: () => number;
  readonly #known = new Map<string, Known>();
  readonly #failed = new Map<string, { error: NoKey; at: number }>();
  readonly #reading = new Map<string, Promise<Known>>();

  /** @param now ms on a clock that does not jump */
  constructor(around: Surroundings, now: () => number) {
    const warnOnce = (message: string): void => {
      if (!this.#warned.has(message)) around.warn(message);
      this.#warned.add(message);
    };
    this.#around = { ...around, warn: warnOnce };
    this.#now = now;
  }

  /** @throws {NoKey}, also as a rejection */
  get(source: string): Known | Promise<Known> {
    const known = this.#known.get(source);
    if (!known) return this.#read(source);
    if (this.#now() - known.readAt > kindOf(source).maxAgeMs) this.#read(source).catch(() => undefined); // told if refused
    return known;
  }

  /** The key was refused. @returns whether there is another one now */
  async renew(source: string, refused: number): Promise<boolean> {
    if ((this.#known.get(source)?.generation ?? 0) > refused) return true;
    try {
      return (await this.#read(source)).generation > refused;
    } catch (error) {
      if (error instanceof NoKey) return false;
      throw error;
    }
  }

  #read(source: string): Promise<Known> {
    const failed = this.#failed.get(source);
    if (failed && this.#now() - failed.at < FAILED_MS) return Promise.reject(failed.error);
    let reading = this.#reading.get(source);
    if (!reading) {
      reading = this.#readNow(source).finally(() => this.#reading.delete(source));
      this.#reading.set(source, reading);
    }
    return reading;
  }

  async #readNow(source: string): Promise<Known> {
    const before = this.#known.get(source);
    try {
      const key = (await kindOf(source).read(source.slice(source.indexOf(":") + 1).trim(), this.#around)).trim();
      if (!/^[\x21-\x7e]+$/.test(key))
        throw new NoKey(`${nameOf(source)} gives ${key ? "more than a key" : "nothing"}`);
      const generation = (before?.generation ?? 0) + (key === before?.key ? 0 : 1);
      const known = { key, generation, readAt: this.#now() };
      this.#known.set(source, known);
      this.#failed.delete(source);
      return known;
    } catch (error) {
      if (error instanceof NoKey) this.#failed.set(source, { error, at: this.#now() });
      throw error;
    }
  }
}

function kindOf(source: string): (typeof KINDS)[keyof typeof KINDS] {
  return source.startsWith("cmd:") ? KINDS["cmd:"] : KINDS["file:"];
}

/** A command may hold a secret itself, so only its first word is told. */
function nameOf(source: string): string {
  return source.startsWith("cmd:") ? `the command ${source.slice(4).trim().split(/\s/)[0]}` : source.slice(5).trim();
}

async function readKeyFile(path: string, { env, warn }: Surroundings): Promise<string> {
  const full = path.replace(/^~(?=\/)/, env.HOME || homedir());
  try {
    const { mode, uid } = await stat(full);
    if (uid === process.getuid?.() && (mode & 0o077) !== 0)
      warn(`the key file ${path} can be read by others (mode ${(mode & 0o777).toString(8)}): chmod 600 ${full}`);
    return await readFile(full, "utf8");
  } catch (error) {
    throw new NoKey(`the key file ${path} cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}

/** What the command prints. Its words on the error output are not told: they are somebody's secrets more often than not. */
function runCommand(command: string, { env, commandTimeoutMs = COMMAND_TIMEOUT_MS }: Surroundings): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (why: string) => reject(new NoKey(`${nameOf(`cmd:${command}`)} ${why}; try it in a shell`));
    // In a group of its own, so that what it has started ends with it: a pipe that stays open would be waited for.
    const child = spawn("/bin/sh", ["-c", command], { env, detached: true, stdio: ["ignore", "pipe", "ignore"] });
    const end = (why: string): void => {
      if (child.pid !== undefined) endGroup(child.pid);
      fail(why);
    };
    const timer = setTimeout(() => end(`was not done within ${commandTimeoutMs / 1000} s`), commandTimeoutMs);
    const parts: Buffer[] = [];
    let size = 0;
    child.stdout.on("data", (part: Buffer) => {
      size += part.length;
      if (size > MOST_BYTES) end("prints far more than a key");
      else parts.push(part);
    });
    child.on("error", (error) => fail(`cannot be run (${error.message})`));
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      if (code === 0) resolve(Buffer.concat(parts).toString("utf8"));
      else fail(`failed (${code === null ? signal : `exit ${code}`})`);
    });
  });
}

function endGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error; // it has ended by itself
  }
}
