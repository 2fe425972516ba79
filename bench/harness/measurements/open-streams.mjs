// Many streams open at the same time, ten events a second each, out of step with each other.
import { setTimeout as sleep } from "node:timers/promises";
import { SIZES } from "../plans.mjs";
import { cpuMs, memoryMb } from "../processes.mjs";

const EVERY_MS = 100;
/** Events of the first moments are not counted: opening hundreds of streams at once is another matter. */
const SETTLE_MS = 500;

export async function measureOpenStreams(context) {
  const { plan, contenders, rounds } = context;
  const most = Math.max(...plan.open.streams);
  for await (const contender of rounds(plan.open.rounds, contenders, "open streams")) {
    for (const streams of plan.open.streams) {
      await oneLevel(context, contender, streams, streams === most ? plan.open.longest : plan.open.seconds);
    }
  }
}

async function oneLevel({ stub, results, body, load }, contender, streams, seconds) {
  const events = Math.ceil((seconds * 1000 + SETTLE_MS) / EVERY_MS);
  const file = body({ bytes: SIZES["50 KB"], model: contender.model, stream: true });
  await stub.answers(`paced/${events}/${EVERY_MS * 1000}`);
  const column = `${streams}`;
  const before = contender.pid && { cpu: cpuMs(contender.pid), ...memoryMb(contender.pid) };
  const running = load(contender, file, { connections: streams, requests: streams, events, "settle-ms": SETTLE_MS });
  const during = contender.pid && sleep(seconds * 1000 * 0.8 + SETTLE_MS).then(() => memoryMb(contender.pid));
  const { delay_us: delay } = await running;
  results.add("open.p50", column, contender, delay.p50 / 1000);
  results.add("open.p99", column, contender, delay.p99 / 1000);
  if (!contender.pid) return;
  const memory = await during;
  results.add("open.cpu", column, contender, (cpuMs(contender.pid) - before.cpu) / (events * streams));
  results.add("open.rss", column, contender, memory.rss);
  results.add("open.private", column, contender, ((memory.private - before.private) * 1024) / streams);
}
