/** @module One of several processes that share a login: `DIR VENDOR WORKERS MS`. Prints what became of its requests. */
import { get } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { endpointsOf } from "../../lib/credentials/oauth/endpoints.ts";
import { Keeper } from "../../lib/credentials/oauth/keeper.ts";
import { TokenStore } from "../../lib/credentials/oauth/store.ts";

export interface Result {
  served: number;
  /** Tokens that ended on their way and were replaced, unseen by the client. */
  renewed: number;
  /** What a client would have seen, by what it was. */
  refused: string[];
}

/** Between two requests of one worker: much is waited, little is worked. */
const PAUSE_MS = 150;

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
const result: Result = { served: 0, renewed: 0, refused: [] };
await keeper.look();
const until = Date.now() + Number(ms);
await Promise.all(Array.from({ length: Number(workers) }, work));
await keeper.close();
process.stdout.write(JSON.stringify(result));

async function work(): Promise<void> {
  while (Date.now() < until) {
    const refusal = await request();
    if (refusal === undefined) result.served++;
    else result.refused.push(refusal);
    await sleep(PAUSE_MS * (0.5 + Math.random()));
  }
}

/** As the relay does it: a token that is refused is replaced once. @returns what the client would see instead of an answer */
async function request(): Promise<string | undefined> {
  for (let tries = 1; ; tries++) {
    const token = await keeper.token();
    if (!("access_token" in token)) return token.message;
    if ((await status(token.access_token)) === 200) return undefined;
    if (tries === 2 || !(await keeper.renew(token.generation))) return `401 for generation ${token.generation}`;
    result.renewed++;
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
