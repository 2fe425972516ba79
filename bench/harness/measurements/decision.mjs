// What it costs to know a request and to decide where it goes, called directly: no socket, no other process.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { messagesBody } from "../bodies.mjs";
import { ownConfig, WIRES } from "../own-config.mjs";
import { SIZES } from "../plans.mjs";
import { importSources } from "../sources.mjs";
import { quantile } from "../statistics.mjs";

const MODULES = ["anthropic/request.ts", "routing/decide.ts", "config/load.ts"];
const READ = { name: "read", label: "find out about the request" };
const DECIDE = { name: "decide", label: "decide" };
/** Nobody has failed and nobody has served: what most decisions meet. */
const CALM = { coolingUntil: () => 0, timeToFirstToken: () => undefined, lastServed: () => undefined };

export async function measureDecision({ plan, dir, results, say }) {
  say("deciding, in process");
  const { readRequest, decide, loadConfig } = await importSources("decision", MODULES);
  const config = join(dir, "decision.toml");
  writeFileSync(config, ownConfig(1), { mode: 0o600 });
  const { settings } = await loadConfig(config, {});
  for (const [size, bytes] of Object.entries(SIZES)) {
    const raw = messagesBody({ bytes, model: WIRES.anthropic.name, stream: true });
    const headers = { "x-claude-code-request-class": "main" };
    const iterations = Math.max(5, Math.round(plan.decision.iterations / Math.max(1, bytes / SIZES["50 KB"])));
    for (let round = 0; round < plan.decision.rounds; round++) {
      const read = [];
      const decided = [];
      for (let i = 0; i < iterations; i++) {
        const began = process.hrtime.bigint();
        const request = readRequest(raw, headers);
        const known = process.hrtime.bigint();
        const decision = decide(request, settings, CALM, Math.random, Date.now());
        decided.push(Number(process.hrtime.bigint() - known) / 1000);
        read.push(Number(known - began) / 1000);
        if (!("candidates" in decision)) throw new Error(`no route for the bench's request: ${decision.message}`);
      }
      results.add("decision", size, READ, quantile(read, 0.5));
      results.add("decision", size, DECIDE, quantile(decided, 0.5));
    }
  }
}
