// The least that Node can do as a proxy: `node:http` in and out, both bodies piped, nothing read.
import { Agent, createServer, request } from "node:http";

const [port, upstream] = process.argv.slice(2).map(Number);
const agent = new Agent({ keepAlive: true, maxFreeSockets: 512, scheduling: "lifo" });

createServer({ noDelay: true, keepAliveTimeout: 600_000 }, (incoming, outgoing) => {
  const { method, url: path, headers } = incoming;
  const call = request({ host: "127.0.0.1", port: upstream, method, path, headers, agent }, (answer) => {
    outgoing.writeHead(answer.statusCode, answer.headers);
    answer.pipe(outgoing);
  });
  call.on("error", () => outgoing.destroy());
  outgoing.on("close", () => call.destroy());
  incoming.pipe(call);
}).listen(port, "127.0.0.1");
