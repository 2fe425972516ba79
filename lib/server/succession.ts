import type { HandoverAnswer } from "../handover/control.ts";
import { type StartOrder, startOn } from "../handover/start-on.ts";
import type { Logger } from "./log.ts";
import type { RunningServer } from "./start.ts";

/**
 * Hands the listening socket to a successor: the new server is started on it, and only when it takes requests does this one
 * leave. In between both answer; a successor that fails changes nothing.
 */
export class Succession {
  readonly #server: RunningServer;
  readonly #logFile: string | undefined;
  readonly #log: Logger;
  readonly #onLeave: () => void;
  #state: "reigning" | "handing over" | "left" = "reigning";

  /** @param onLeave called once, when a successor serves */
  constructor(server: RunningServer, logFile: string | undefined, log: Logger, onLeave: () => void) {
    this.#server = server;
    this.#logFile = logFile;
    this.#log = log;
    this.#onLeave = onLeave;
  }

  async start(order: StartOrder): Promise<HandoverAnswer> {
    if (this.#state !== "reigning") {
      return { ok: false, reason: "refused", message: `this server is ${this.#state} already` };
    }
    this.#state = "handing over";
    await this.#server.flush();
    const outcome = await startOn(this.#server.socket, {
      ...order,
      ...(this.#logFile !== undefined && { logFile: this.#logFile }),
    });
    if (outcome.ok) this.leave();
    else {
      this.#log.write("error", "the successor did not start; this server goes on", { reason: outcome.reason });
      this.#state = "reigning";
    }
    return outcome;
  }

  /** Somebody else serves now. */
  leave(): void {
    if (this.#state === "left") return;
    this.#state = "left";
    this.#onLeave();
  }
}
