// The least that Node can do as a server: reads a request to its end and answers.
import { createServer } from "node:http";

const BODY = JSON.stringify({ type: "message", role: "assistant", content: [{ type: "text", text: "hello" }] });

createServer((request, response) => {
  request.resume().on("end", () => {
    response.writeHead(200, { "content-type": "application/json", "content-length": BODY.length }).end(BODY);
  });
}).listen(Number(process.argv[2]), "127.0.0.1");
