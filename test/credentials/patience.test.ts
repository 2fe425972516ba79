import { Worker } from "node:worker_threads";
import { afterAll, describe, expect, it } from "vitest";
import { get } from "../../lib/credentials/oauth/http.ts";
import { startAuthorizationServer } from "../support/authorization-server.ts";
import { buildBench } from "./keeper-bench.ts";

/** A vendor in a thread of its own, which answers while this one stands still. Tells when it was asked. */
const vendor = new Worker(
  `const { parentPort } = require("node:worker_threads");
  require("node:http").createServer((request, response) => {
    parentPort.postMessage("asked");
    setTimeout(() => response.end('{"good":true}'), 200);
  }).listen(0, "127.0.0.1", function () { parentPort.postMessage(this.address().port); });`,
  { eval: true },
);
const said = (): Promise<unknown> => new Promise((resolve) => vendor.once("message", resolve));
afterAll(() => vendor.terminate());

/** As a laptop's sleep does it: no turn of the loop, while the clock goes on. */
function standStill(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

describe("the patience with a vendor", () => {
  it("does not end while the process is stopped: the answer that came meanwhile is read", async () => {
    const port = await said();
    const asked = said();
    const answer = get(`http://127.0.0.1:${port}/`, {}, 500);
    await asked;
    standStill(2_000);
    expect((await answer).json).toEqual({ good: true });
  });

  it("ends when the vendor is silent", async () => {
    const silent = await startAuthorizationServer("claude");
    silent.fail("profile", { connection: "hang" });
    await expect(get(`${silent.url}/profile`, {}, 100)).rejects.toMatchObject({
      message: expect.stringMatching(/gave no answer within 0\.1 s/),
      maybeDone: true,
    });
    await silent.close();
  });

  it("is long with a refresh, whose token a second request would betray", async () => {
    const { keeper, login, vendor: slow, close } = await buildBench("claude", { delayMs: 17_000 });
    await login();
    await keeper.refreshNow();
    expect([keeper.record?.generation, slow.count("token"), slow.reuses]).toEqual([2, 1, 0]);
    await close();
  }, 40_000);
});
