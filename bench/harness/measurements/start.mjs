// From the spawn of the process to its first whole answer; and what requests cost while its code is not compiled yet.
import { SIZES } from "../plans.mjs";
import { stop } from "../processes.mjs";

/** @param {(() => Promise<object>)[]} starters each starts a fresh process and does not wait for it */
export async function measureStart({ plan, stub, results, body, load, say }, starters) {
  await stub.answers("json");
  for (let round = 0; round < plan.start.rounds; round++) {
    say(`cold start, round ${round + 1} of ${plan.start.rounds}`);
    for (const begin of starters) {
      const contender = await begin();
      const file = body({ bytes: SIZES["1 KB"], model: contender.model, stream: false });
      const { first_answer_ns } = await load(contender, file, { requests: 1, "connect-wait-ms": 20_000 });
      const ms = Number(BigInt(first_answer_ns) - contender.program.startedAt) / 1e6;
      results.add("start.first", "1 KB", contender, ms);
      await measureFresh({ plan, results, body, load }, contender);
      await stop(contender.program);
    }
  }
}

async function measureFresh({ plan, results, body, load }, contender) {
  const requests = plan.start.fresh;
  const file = body({ bytes: SIZES["50 KB"], model: contender.model, stream: false });
  const { latency_us: latency } = await load(contender, file, { requests });
  results.add("start.fresh", `50 KB, first ${requests}`, contender, latency.p50 / 1000);
}
