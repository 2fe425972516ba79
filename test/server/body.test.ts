import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { type BodyError, readBody } from "../../lib/server/body.ts";

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

/** A server that reads bodies within these limits and says what it got. @returns sends a body in pieces, with a pause before each */
async function reader(limits: { pauseMs: number; wholeMs: number }) {
  const server = createServer((incoming, response) => {
    readBody(incoming, limits).then(
      (body) => response.end(body),
      (error: BodyError) => response.writeHead(error.status, { connection: "close" }).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  ends.push(() => new Promise((resolve) => server.close(resolve)));
  const { port } = server.address() as AddressInfo;
  return (pieces: readonly string[], pauseMs: number) =>
    new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
      const outgoing = request({ port, method: "POST", agent: false }, async (response) => {
        let text = "";
        for await (const part of response.setEncoding("utf8")) text += part;
        resolve({ status: response.statusCode, text });
        outgoing.destroy();
      });
      outgoing.on("error", reject);
      outgoing.flushHeaders();
      void (async () => {
        for (const piece of pieces) {
          await sleep(pauseMs);
          outgoing.write(piece);
        }
        outgoing.end();
      })();
    });
}

const PIECES = ["one ", "two ", "three ", "four ", "five ", "six"];

test("a body that comes slowly is read to its end: what is limited is the pause", async () => {
  const send = await reader({ pauseMs: 400, wholeMs: 60_000 });
  expect(await send(PIECES, 100)).toEqual({ status: 200, text: PIECES.join("") }); // longer in all than a pause may be
});

test.each([
  ["that stops coming", { pauseMs: 200, wholeMs: 60_000 }, ["begun"], 600],
  ["that takes too long in all", { pauseMs: 60_000, wholeMs: 200 }, PIECES, 100],
])("a body %s is given up, and may be sent again", async (_, limits, pieces, pauseMs) => {
  const send = await reader(limits);
  expect(await send(pieces, pauseMs)).toEqual({ status: 408, text: "" });
});
