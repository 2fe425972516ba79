import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
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
      await mkdir(join(this.#path, ".."), { recursive: true, mode: 0o700 });
      // A failure on purpose ends with this server, and the next one must not blame the provider for it.
      const failing = new Set(this.#simulations.list().map(({ provider }) => provider));
      await writeFile(next, JSON.stringify(this.#health.snapshot(failing)), { mode: 0o600 });
      await rename(next, this.#path);
      this.#complaints.tell(this.#path, undefined);
    } catch (error) {
      this.#complain("written", error as Error);
    }
  }

  #complain(verb: string, error: Error): void {
    const message = `the providers' health could not be ${verb}: ${error.message}`;
    this.#log.write("warn", message, { path: this.#path });
    this.#complaints.tell(this.#path, message);
  }
}
