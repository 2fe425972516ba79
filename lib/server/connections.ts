import type { RequestListener, Server } from "node:http";
import type { Socket } from "node:net";

/** What is known of a connection; one object for as long as it lasts. */
interface Connection {
  socket: Socket;
  /** Monotonic ms; undefined while a request is under way. */
  idleSince: number | undefined;
}

/** Knows since when each of a server's connections has had nothing to do. */
export class Connections {
  readonly #open = new Map<Socket, Connection>();

  watch(server: Server): void {
    server.on("connection", (socket) => {
      this.#open.set(socket, { socket, idleSince: performance.now() });
      socket.once("close", () => this.#open.delete(socket));
    });
  }

  /** Wraps what answers requests. */
  busyDuring(listener: RequestListener): RequestListener {
    return (request, response) => {
      const connection = this.#open.get(request.socket);
      if (connection) {
        connection.idleSince = undefined;
        response.once("close", () => {
          connection.idleSince = performance.now();
        });
      }
      listener(request, response);
    };
  }

  /** Closes those that have had nothing to do for so long. */
  closeIdle(forMs: number): void {
    const limit = performance.now() - forMs;
    for (const { socket, idleSince } of this.#open.values())
      if (idleSince !== undefined && idleSince <= limit) socket.destroy();
  }
}
