// One stream at a time: how much later its first text comes, and each event after it, paced and in a burst.

import { SIZES } from "../plans.mjs";
import { cpuMs } from "../processes.mjs";

const SIZE = "50 KB";

export async function measureStreams(context) {
  const { plan, contenders, rounds } = context;
  for await (const contender of rounds(plan.sse.rounds, contenders, "streams")) {
    const file = context.body({ bytes: SIZES[SIZE], model: contender.model, stream: true });
    await first(context, contender, file);
    await paced(context, contender, file);
    await burst(context, contender, file);
  }
}

async function first({ plan, stub, results, load }, contender, file) {
  await stub.answers("burst/10");
  const { first_event_us: first } = await load(contender, file, { requests: plan.sse.first, events: 10 });
  results.add("sse.first", SIZE, contender, first.p50 / 1000);
}

async function paced({ plan, stub, results, load }, contender, file) {
  const { events, everyMs } = plan.sse.paced;
  await stub.answers(`paced/${events}/${everyMs * 1000}`);
  const before = contender.pid && cpuMs(contender.pid);
  const { delay_us: delay } = await load(contender, file, { requests: 1, events });
  const column = `every ${everyMs} ms`;
  results.add("sse.delay", column, contender, delay.p50 / 1000);
  if (contender.pid) results.add("sse.cpu", column, contender, (cpuMs(contender.pid) - before) / events);
}

async function burst({ plan, stub, results, load }, contender, file) {
  const { streams, events } = plan.sse.burst;
  await stub.answers(`burst/${events}`);
  const before = contender.pid && cpuMs(contender.pid);
  const { latency_us: latency } = await load(contender, file, { requests: streams, events });
  results.add("sse.burst", `${events} at once`, contender, latency.p50 / events);
  if (contender.pid) {
    results.add("sse.cpu", `${events} at once`, contender, (cpuMs(contender.pid) - before) / (events * streams));
  }
}
