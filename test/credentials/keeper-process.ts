/** @module One of several processes that share a login: `DIR VENDOR WORKERS MS`. Prints what became of its requests. */
import { get } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { endpointsOf } from "../../lib/credentials/oauth/endpoints.ts";
import { Keeper } from "../../lib/credentials/oauth/keeper.ts";
import { TokenStore } from "../../lib/credentials/oauth/store.ts";

export interface Result {
  served: number;
  refused: number;
}

const [dir = "", vendor = "", workers = "1", ms = "1000"] = process.argv.slice(2);
const clock = { now: Date.now, monotonic: () => performance.now() };
const keeper = new Keeper("plan", {
  store: new TokenStore({ dir, now: Date.now, warn: (message) => process.stderr.write(`${message}\n`) }),
  clock,
  random: Math.random,
  endpoints: (flow) => endpointsOf(flow, { token_url: `${vendor}/v1/oauth/token` }),
  log: (_level, message) => process.stderr.write(`${message}\n`),
  changed: () => undefined,
});
const result: Result = { served: 0, refused: 0 };
await keeper.look();
const until = Date.now() + Number(ms);
await Promise.all(Array.from({ length: Number(workers) }, work));
await keeper.close();
process.stdout.write(JSON.stringify(result));

async function work(): Promise<void> {
  while (Date.now() < until) {
    const token = await keeper.token();
    if ("access_token" in token && (await status(token.access_token)) === 200) result.served++;
    else result.refused++;
    await sleep(20 + Math.random() * 20);
  }
}

function status(token: string): Promise<number> {
  return new Promise((resolve, reject) => {
    get(`${vendor}/resource`, { headers: { authorization: `Bearer ${token}` }, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    }).on("error", reject);
  });
}
