import type { RequestListener, Server } from "node:http";
import type { Socket } from "node:net";

/** Knows since when each of a server's connections has had nothing to do. */
export class Connections {
  /** Monotonic ms. A connection with a request under way is not in here. */
  readonly #idleSince = new Map<Socket, number>();

  watch(server: Server): void {
    server.on("connection", (socket) => {
      this.#rests(socket);
      socket.once("close", () => this.#idleSince.delete(socket));
    });
  }

  /** Wraps what answers requests. */
  busyDuring(listener: RequestListener): RequestListener {
    return (request, response) => {
      const { socket } = request;
      this.#idleSince.delete(socket);
      response.once("close", () => {
        if (!socket.destroyed) this.#rests(socket);
      });
      listener(request, response);
    };
  }

  /** Closes those that have had nothing to do for so long. */
  closeIdle(forMs: number): void {
    const limit = performance.now() - forMs;
    for (const [socket, since] of this.#idleSince) if (since <= limit) socket.destroy();
  }

  #rests(socket: Socket): void {
    this.#idleSince.set(socket, performance.now());
  }
}
