import { chmod, lstat, mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { LockBusy, withLock } from "./lock.ts";
import { emptyFile, FILE_VERSION, type LoginRecord, loginIn, parseTokenFile, type TokenFile } from "./record.ts";

/** The token file cannot be used; `message` says why and how to mend it. */
export class StoreUnusable extends Error {
  override readonly name = "StoreUnusable";
}

/** A write takes milliseconds; whoever waits longer waits for something else. */
const WRITE_LOCK_MS = 10_000;

export interface StoreOptions {
  /** The state directory. */
  dir: string;
  /** Tells the user of something that was mended or set aside. */
  warn: (message: string) => void;
  /** Epoch ms. */
  now: () => number;
}

/**
 * All logins of this installation in one file that only its owner can read. A reader sees the old file or the new one,
 * never a part; processes that change it wait for each other. No copy of an older file is kept: vendors take a refresh token
 * that comes a second time for a theft.
 */
export class TokenStore {
  readonly path: string;
  readonly #options: StoreOptions;
  #checked = false;

  constructor(options: StoreOptions) {
    this.#options = options;
    this.path = join(options.dir, "oauth_tokens.json");
  }

  /** @throws {StoreUnusable} */
  async read(): Promise<TokenFile> {
    const file = await this.#readOnce();
    if (file) return file;
    // A file that cannot be understood is looked at again alone, and then set aside.
    return this.#locked(async () => (await this.#readOnce()) ?? this.#setAside());
  }

  async login(name: string): Promise<LoginRecord | undefined> {
    return loginIn(await this.read(), name);
  }

  /**
   * Changes one login.
   * @param change from what is on disk now to what shall be; undefined removes it; the same leaves the file alone
   * @returns what is on disk afterwards
   * @throws {StoreUnusable} or the system's error when it cannot be written
   */
  async update(
    name: string,
    change: (record: LoginRecord | undefined) => LoginRecord | undefined,
  ): Promise<LoginRecord | undefined> {
    let result: LoginRecord | undefined;
    await this.#change((file) => {
      const before = loginIn(file, name);
      result = change(before);
      if (result === before) return undefined;
      const { [name]: _replaced, ...others } = file.logins;
      return { ...file, logins: result ? { ...others, [name]: result } : others };
    });
    return result;
  }

  /** The name of this installation at OpenAI; made at first use. */
  async hostId(): Promise<string> {
    let id = (await this.read()).host_id;
    if (id !== undefined) return id;
    await this.#change((file) => {
      id = file.host_id ?? `urn:uuid:${crypto.randomUUID()}`;
      return { ...file, host_id: id };
    });
    return id ?? "";
  }

  /**
   * While `work` runs, no other process refreshes this login.
   * @param work is told how to ask whether that is still so: it is not for a process that was stopped for long
   * @throws {LockBusy}
   */
  async whileRefreshing<T>(
    name: string,
    waitMs: number,
    work: (isMine: () => Promise<boolean>) => Promise<T>,
  ): Promise<T> {
    await this.#ensureDir();
    const safeName = Buffer.from(name).toString("base64url").slice(0, 80);
    return withLock(`${this.path}.refresh-${safeName}.lock`, waitMs, work);
  }

  async #change(change: (file: TokenFile) => TokenFile | undefined): Promise<void> {
    await this.#ensureDir();
    await this.#locked(async (isMine) => {
      const next = change((await this.#readOnce()) ?? (await this.#setAside()));
      if (next) await this.#write(next, isMine);
    });
  }

  #locked<T>(work: (isMine: () => Promise<boolean>) => Promise<T>): Promise<T> {
    return withLock(`${this.path}.lock`, WRITE_LOCK_MS, work).catch((error: unknown) => {
      throw error instanceof LockBusy ? new StoreUnusable(`${this.path} is being written by another process.`) : error;
    });
  }

  /** @returns undefined when there is a file, but it is no token file */
  async #readOnce(): Promise<TokenFile | undefined> {
    try {
      if (!this.#checked) await this.#protect();
      const file = parseTokenFile(await readFile(this.path, "utf8"));
      if (file && file.version > FILE_VERSION)
        throw new StoreUnusable(`${this.path} was written by a newer version of claude-code-mux; upgrade to use it.`);
      return file;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return emptyFile();
      throw error;
    }
  }

  /** Nobody else may read the file, or put another one in its place. */
  async #protect(): Promise<void> {
    const stats = await lstat(this.path);
    const { uid, mode } = stats;
    if (stats.isSymbolicLink())
      throw new StoreUnusable(`${this.path} is a symbolic link; logins are kept in a file of their own. Remove it.`);
    const me = process.getuid?.();
    if (me !== undefined && uid !== me)
      throw new StoreUnusable(`${this.path} belongs to another user (uid ${uid}); remove it, or give it to yourself.`);
    if (me !== undefined && (mode & 0o077) !== 0) {
      await chmod(this.path, 0o600);
      this.#options.warn(`${this.path} could be read by others; now only you can.`);
    }
    this.#checked = true;
  }

  async #ensureDir(): Promise<void> {
    const { dir, warn } = this.#options;
    await mkdir(dir, { recursive: true, mode: 0o700 });
    const { mode, uid } = await lstat(dir);
    if (uid === process.getuid?.() && (mode & 0o077) !== 0) {
      await chmod(dir, 0o700);
      warn(`${dir} was open to others; now it is yours alone.`);
    }
  }

  async #setAside(): Promise<TokenFile> {
    const aside = `${this.path}.corrupt-${this.#options.now()}`;
    await rename(this.path, aside);
    this.#options.warn(`${this.path} cannot be understood; it was set aside as ${aside}. Sign in again.`);
    return emptyFile();
  }

  async #write(file: TokenFile, isMine: () => Promise<boolean>): Promise<void> {
    const temporary = `${this.path}.${process.pid}-${crypto.randomUUID()}`;
    try {
      const handle = await open(temporary, "wx", 0o600);
      try {
        await handle.writeFile(`${JSON.stringify(file, null, 2)}\n`);
        await handle.sync();
      } finally {
        await handle.close();
      }
      // What was read may be old by now: a process that was stopped would put it in the place of something newer.
      if (!(await isMine())) throw new StoreUnusable(`${this.path} was changed by another process meanwhile.`);
      await rename(temporary, this.path);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
    await syncDir(this.#options.dir);
    await this.#sweep();
  }

  /** A process that was killed while it wrote has left its half of a file; whoever holds the lock may take it away. */
  async #sweep(): Promise<void> {
    const { dir } = this.#options;
    for (const name of await readdir(dir)) if (HALF_WRITTEN.test(name)) await rm(join(dir, name), { force: true });
  }
}

/** `oauth_tokens.json.PID-UUID` */
const HALF_WRITTEN = /^oauth_tokens\.json\.\d+-[0-9a-f-]{36}$/;

/** The rename itself must survive a power cut too. */
async function syncDir(dir: string): Promise<void> {
  const handle = await open(dir, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
