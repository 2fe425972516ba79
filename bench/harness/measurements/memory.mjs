// What processes weigh: idle, loaded, after a rest, after large bodies. Fresh processes, so that nothing else is in them.
import { setTimeout as sleep } from "node:timers/promises";
import { SIZES } from "../plans.mjs";
import { listening, memoryMb, stop } from "../processes.mjs";

/**
 * @param {object[]} contenders fresh processes; one without a port is only weighed
 * @param {() => Promise<void>} meanwhile quiet work that fits into the long rest
 */
export async function measureMemory({ plan, stub, results, body, load, say }, contenders, meanwhile) {
  const { idleMs, requests, restMs, big, bigRestMs } = plan.memory;
  const weigh = (column) => {
    for (const contender of contenders) {
      const { rss, private: anonymous } = memoryMb(contender.pid);
      results.add("memory.rss", column, contender, rss);
      results.add("memory.private", column, contender, anonymous);
    }
  };
  const serving = contenders.filter(({ port }) => port);
  for (const contender of serving) await listening(contender.program, contender.port);
  say(`memory: idle for ${seconds(idleMs)}`);
  await sleep(idleMs);
  weigh("idle");

  await stub.answers("json");
  const small = (contender) => body({ bytes: SIZES["1 KB"], model: contender.model, stream: false });
  const middle = (contender) => body({ bytes: SIZES["50 KB"], model: contender.model, stream: false });
  const large = (contender) => body({ bytes: SIZES["4 MB"], model: contender.model, stream: false });
  for (const contender of serving) {
    say(`memory: ${requests} requests through ${contender.label}`);
    await load(contender, small(contender), { requests: requests / 2, connections: 16 });
    await load(contender, middle(contender), { requests: requests / 2, connections: 16 });
  }
  weigh(`after ${requests} requests`);
  say(`memory: rest of ${seconds(restMs)}, cold starts meanwhile`);
  await Promise.all([sleep(restMs), meanwhile()]);
  weigh(`+ ${seconds(restMs)} rest`);

  await stub.answers("json");
  for (const contender of serving) await load(contender, large(contender), { requests: big });
  weigh(`after ${big} × 4 MB`);
  say(`memory: rest of ${seconds(bigRestMs)}`);
  await sleep(bigRestMs);
  weigh(`+ ${seconds(bigRestMs)} rest `);
  for (const contender of contenders) await stop(contender.program);
}

const seconds = (ms) => `${ms / 1000} s`;
