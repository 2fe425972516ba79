// One keep-alive connection, one request after the other, each answered with a short JSON message.

import { SIZES } from "../plans.mjs";
import { cpuMs } from "../processes.mjs";

export async function measureJson({ plan, stub, contenders, results, body, load, rounds }) {
  await stub.answers("json");
  for await (const contender of rounds(plan.json.rounds, contenders, "JSON")) {
    for (const [size, requests] of Object.entries(plan.json.requests)) {
      const file = body({ bytes: SIZES[size], model: contender.model, stream: false });
      const before = contender.pid && cpuMs(contender.pid);
      const { latency_us: latency } = await load(contender, file, { requests });
      if (contender.pid) results.add("json.cpu", size, contender, (cpuMs(contender.pid) - before) / requests);
      results.add("json.p50", size, contender, latency.p50 / 1000);
      results.add("json.p99", size, contender, latency.p99 / 1000);
    }
    await measureQuiet({ plan, contender, results, body, load });
  }
}

/** How a person uses it: nothing for a while, then one request, with every cache cold. */
async function measureQuiet({ plan, contender, results, body, load }) {
  const { requests, gapMs } = plan.json.quiet;
  const file = body({ bytes: SIZES["50 KB"], model: contender.model, stream: false });
  const { latency_us: latency } = await load(contender, file, { requests, warmup: 1, "gap-ms": gapMs });
  results.add("json.quiet", "50 KB", contender, latency.p50 / 1000);
}
