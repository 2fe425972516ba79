// As many requests as go through: closed loop, short JSON answers.
import { SIZES } from "../plans.mjs";
import { cpuMs } from "../processes.mjs";

export async function measureRate({ plan, stub, contenders, results, body, load, rounds }) {
  await stub.answers("json");
  for await (const contender of rounds(plan.rate.rounds, contenders, "requests per second")) {
    for (const size of plan.rate.sizes) {
      const file = body({ bytes: SIZES[size], model: contender.model, stream: false });
      for (const connections of plan.rate.connections) {
        const column = `${size} × ${connections}`;
        const before = contender.pid && cpuMs(contender.pid);
        const { answers, per_second } = await load(contender, file, { connections, seconds: plan.rate.seconds });
        results.add("rate.persecond", column, contender, per_second);
        if (!contender.pid) continue;
        const cpuSeconds = (cpuMs(contender.pid) - before) / 1000;
        results.add("rate.percore", column, contender, answers / cpuSeconds);
      }
    }
  }
}
