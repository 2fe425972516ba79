import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Health, HealthSnapshot } from "../relay/health.ts";
import type { ServerContext } from "./context.ts";
import type { Logger } from "./log.ts";
import type { Complaints } from "./troubles.ts";

/** Changes are gathered for so long before they are written. */
const WRITE_AFTER_MS = 500;

/** Keeps open circuits over a restart, in `health.json` in the state folder. A lost file costs a few failed attempts, no more. */
export class HealthFile {
  readonly #path: string;
  readonly #health: Health;
  readonly #log: Logger;
  readonly #complaints: Complaints;
  readonly #simulations: ServerContext["simulations"];
  readonly #stop: () => void;
  #timer: NodeJS.Timeout | undefined;
  #handedOver = false;

  constructor(stateDir: string, context: Pick<ServerContext, "health" | "log" | "complaints" | "simulations">) {
    const { health, log, complaints, simulations } = context;
    this.#path = join(stateDir, "health.json");
    this.#health = health;
    this.#log = log;
    this.#complaints = complaints;
    this.#simulations = simulations;
    this.#stop = health.subscribe(() => {
      this.#timer ??= setTimeout(() => void this.#write(), WRITE_AFTER_MS).unref();
    });
  }

  async load(): Promise<void> {
    await this.#sweep();
    const text = await readFile(this.#path, "utf8").catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") this.#complain("read", error);
      return undefined;
    });
    if (text === undefined) return;
    try {
      const { time = 0, cells = {}, last = {} } = JSON.parse(text) as Partial<HealthSnapshot>;
      this.#health.restore({ time, cells, last });
    } catch (error) {
      this.#complain("read", error as Error);
    }
  }

  /** Writes what is known now: a successor is about to read it. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#write();
  }

  /** From now on the file is a successor's, and nothing is written any more. */
  handOver(): void {
    this.#stop();
    clearTimeout(this.#timer);
    this.#handedOver = true;
  }

  async close(): Promise<void> {
    this.#stop();
    if (!this.#handedOver) await this.flush();
  }

  async #write(): Promise<void> {
    this.#timer = undefined;
    const next = `${this.#path}.${process.pid}`;
    try {
      await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 });
      // A failure on purpose ends with this server, and the next one must not blame the provider for it.
      const failing = new Set(this.#simulations.list().map(({ provider }) => provider));
      await writeFile(next, JSON.stringify(this.#health.snapshot(failing)), { mode: 0o600 });
      await rename(next, this.#path);
      this.#complaints.tell(this.#path, undefined);
    } catch (error) {
      this.#complain("written", error as Error);
      await rm(next, { force: true }).catch(() => undefined); // nor can it be taken away from where nothing can be written
    }
  }

  /** Halves of a file that were left by servers that were killed while they wrote. */
  async #sweep(): Promise<void> {
    const dir = dirname(this.#path);
    const names = await readdir(dir).catch(() => []); // there is none yet
    for (const name of names) {
      const pid = Number(/^health\.json\.(\d+)$/.exec(name)?.[1]);
      if (pid > 0 && !isRunning(pid)) await rm(join(dir, name), { force: true }).catch(() => undefined);
    }
  }

  #complain(verb: string, error: Error): void {
    const message = `the providers' health could not be ${verb}: ${error.message}`;
    this.#log.write("warn", message, { path: this.#path });
    this.#complaints.tell(this.#path, message);
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}
