// What it costs to turn a request into another protocol's, from its bytes to those that are sent: no socket, no other process.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { CLIENT_HEADERS, messagesBody } from "../bodies.mjs";
import { ownConfig, WIRES } from "../own-config.mjs";
import { SIZES } from "../plans.mjs";
import { importSources } from "../sources.mjs";

const TRANSLATED = ["openai-chat", "openai-responses", "gemini"];
const MODULES = ["anthropic/request.ts", "config/load.ts", ...TRANSLATED.map((wire) => `wires/${wire}/index.ts`)];
/** What reading and writing the same JSON costs when nothing is done with it. */
const NOTHING = { name: "nothing", label: "JSON.parse, JSON.stringify" };

export async function measureTranslation({ plan, dir, results, say }) {
  say("translating, in process");
  const { readRequest, loadConfig, openaiChat, openaiResponses, gemini } = await importSources("translation", MODULES);
  const config = join(dir, "translation.toml");
  writeFileSync(config, ownConfig(1), { mode: 0o600 });
  const { settings } = await loadConfig(config, {});
  const headers = Object.fromEntries(CLIENT_HEADERS.map((line) => line.split(/: (.*)/)));
  const jobs = [openaiChat, openaiResponses, gemini].map((wire) => {
    const target = targetOf(settings, wire.id);
    return {
      contender: { name: wire.id, label: wire.id },
      model: WIRES[wire.id].name,
      run: (raw) => wire.request(readRequest(raw, headers), target).body.length,
    };
  });
  const rewrite = (raw) => Buffer.from(JSON.stringify(JSON.parse(raw.toString()))).length;
  jobs.push({ contender: NOTHING, model: WIRES.anthropic.name, run: rewrite });
  for (const [size, bytes] of Object.entries(SIZES)) {
    const iterations = Math.max(2, Math.round(plan.translation.iterations / Math.max(1, bytes / SIZES["50 KB"])));
    const bodies = jobs.map(({ model }) => messagesBody({ bytes, model, stream: true }));
    for (const [at, { run }] of jobs.entries()) await cpuOf(run, bodies[at], iterations); // for the just-in-time compiler
    for (let round = 0; round < plan.translation.rounds; round++)
      for (const [at, { contender, run }] of jobs.entries())
        results.add("translation", size, contender, await cpuOf(run, bodies[at], iterations));
  }
}

/** @returns CPU of this process, in µs for each of the runs */
async function cpuOf(run, raw, iterations) {
  const before = process.cpuUsage();
  for (let i = 0; i < iterations; i++) {
    if (run(raw) === 0) throw new Error("an empty request");
    await turn(); // as between two requests: what is kept for the turn of one would be kept for all
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / iterations;
}

function targetOf({ models }, wire) {
  const { provider, model, capabilities } = models.get(WIRES[wire].name.toLowerCase()).mappings[0];
  return { provider: provider.name, type: provider.type, baseUrl: provider.baseUrl, model, capabilities };
}
