/** @module HTTPS in front of a test server, with a certificate that nobody trusts unless told to. */
import { readFileSync } from "node:fs";
import { type AddressInfo, connect, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { createServer } from "node:tls";

const FOLDER = join(import.meta.dirname, "tls");

/** For `NODE_EXTRA_CA_CERTS`. */
export const CERTIFICATE = join(FOLDER, "localhost.crt");

export interface TlsFront {
  /** `https://localhost:PORT` */
  url: string;
  port: number;
  close(): Promise<void>;
}

/** @param port where the plain server listens */
export async function startTlsFront(port: number): Promise<TlsFront> {
  const sockets = new Set<Socket>();
  const server = createServer(
    { cert: readFileSync(CERTIFICATE), key: readFileSync(join(FOLDER, "localhost.key")) },
    (socket) => {
      const behind = connect(port, "127.0.0.1");
      for (const end of [socket, behind]) {
        sockets.add(end);
        end.on("error", () => end.destroy());
      }
      socket.pipe(behind).pipe(socket);
      behind.on("close", () => socket.destroy());
      socket.on("close", () => behind.destroy());
    },
  );
  server.on("tlsClientError", (_error, socket) => socket.destroy());
  const listening = await listenOn(server);
  return {
    url: `https://localhost:${listening}`,
    port: listening,
    close: () => closeAll(server, sockets),
  };
}

export function listenOn(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
}

export function closeAll(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    for (const socket of sockets) socket.destroy();
  });
}
