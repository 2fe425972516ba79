/** @module A company's HTTP proxy: connects to where it is asked to, or refuses. */
import { createServer } from "node:http";
import { connect, type Socket } from "node:net";
import { closeAll, listenOn } from "./tls-front.ts";

export interface HttpProxy {
  /** `http://127.0.0.1:PORT` */
  url: string;
  /** What it was asked to connect to, oldest first, with the credentials that came along. */
  asked: { target: string; credentials: string | undefined }[];
  close(): Promise<void>;
}

/** @param refuse the status with which it refuses; `silent`: it never answers */
export async function startHttpProxy(refuse?: number | "silent"): Promise<HttpProxy> {
  const asked: HttpProxy["asked"] = [];
  const sockets = new Set<Socket>();
  const server = createServer((_request, response) => void response.writeHead(405).end());
  server.on("connection", (socket) => sockets.add(socket));
  server.on("connect", (request, socket: Socket) => {
    asked.push({ target: request.url ?? "", credentials: request.headers["proxy-authorization"] });
    socket.on("error", () => socket.destroy());
    if (refuse === "silent") return;
    if (refuse) return void socket.end(`HTTP/1.1 ${refuse} Refused\r\ncontent-length: 0\r\n\r\n`);
    const { hostname, port } = new URL(`http://${request.url}`);
    const behind = connect(Number(port), hostname, () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      socket.pipe(behind).pipe(socket);
    });
    sockets.add(behind);
    behind.on("error", () => socket.destroy());
    behind.on("close", () => socket.destroy());
    socket.on("close", () => behind.destroy());
  });
  const port = await listenOn(server);
  return { url: `http://127.0.0.1:${port}`, asked, close: () => closeAll(server, sockets) };
}
