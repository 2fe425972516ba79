// npm run bench: what a hop through claude-code-mux costs. See bench/README.md.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { isTurnRecorded } from "./harness/bodies.mjs";
import { against, bareNode, direct, hello, nginx, own, pipe } from "./harness/contenders.mjs";
import { describeMachine, loadNow } from "./harness/machine.mjs";
import { measureDecision } from "./harness/measurements/decision.mjs";
import { measureJournal } from "./harness/measurements/journal.mjs";
import { measureJson } from "./harness/measurements/json.mjs";
import { measureMemory } from "./harness/measurements/memory.mjs";
import { measureOpenStreams } from "./harness/measurements/open-streams.mjs";
import { measureRate } from "./harness/measurements/rate.mjs";
import { measureStreams } from "./harness/measurements/sse.mjs";
import { measureStart } from "./harness/measurements/start.mjs";
import { measureTranslation } from "./harness/measurements/translation.mjs";
import { HELP, readOptions } from "./harness/options.mjs";
import { SIZES } from "./harness/plans.mjs";
import { killAll, listening, stop } from "./harness/processes.mjs";
import { tablesAsText, targetsAsText } from "./harness/report.mjs";
import { Results } from "./harness/results.mjs";
import { serverUnderTest } from "./harness/server-build.mjs";
import { soak } from "./harness/soak.mjs";
import { publishSoak } from "./harness/soak-report.mjs";
import { judge } from "./harness/targets.mjs";
import { bodyFiles, buildTools, load, startStub } from "./harness/tools.mjs";

/** A run that is not over by then has gone wrong. */
const LIMIT_MINUTES = 20;

async function main() {
  const options = readOptions(process.argv.slice(2));
  if (options.help) return console.log(HELP);
  const dir = mkdtempSync(join(tmpdir(), "ccm-bench-"));
  process.once("exit", () => {
    killAll();
    rmSync(dir, { recursive: true, force: true });
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => process.exit(130));
  giveUpAfter(LIMIT_MINUTES + (options.minutes ?? 0));

  buildTools();
  if (options.own) options.own = await serverUnderTest(options.own, say);
  const machine = describeMachine();
  const stub = await startStub(dir, options.stubPort);
  const results = new Results();
  const context = { options, plan: options.plan, dir, stub, results, body: bodyFiles(dir), load, say, rounds };

  const contenders = await assemble(context);
  const wires = contenders.flatMap(({ wire }) => wire ?? []);
  if (options.minutes) {
    const result = await soakAlone(context, contenders, wires);
    if (options.publish) publishSoak(machine, result.json);
    return publish(machine, result);
  }

  context.contenders = contenders;
  await warmUp(context);
  const suites = new Set(options.suites);
  if (suites.has("json")) await measureJson(context);
  if (suites.has("sse")) await measureStreams(context);
  if (suites.has("open")) await measureOpenStreams(context);
  if (suites.has("rate")) await measureRate(context);
  for (const contender of contenders) if (contender.program) await stop(contender.program);
  const starts = () => (suites.has("start") ? measureStart(context, starters(context, wires)) : undefined);
  if (suites.has("memory")) await measureMemory(context, await freshProcesses(context, wires), starts);
  else await starts();
  if (suites.has("decision") && options.own) await measureDecision(context);
  if (suites.has("translation") && options.own) await measureTranslation(context);
  if (suites.has("journal") && options.own) await measureJournal(context);

  const verdicts = judge(results);
  const text = `${tablesAsText(results)}\n\n${targetsAsText(verdicts)}`;
  publish(machine, {
    text,
    json: {
      scale: options.scale,
      turn: isTurnRecorded() ? "recorded" : "made up",
      suites: options.suites,
      tables: results,
      targets: verdicts,
    },
  });
}

/** Starts everyone who takes part; a wire of ours that does not answer is left out, and it is said why. */
async function assemble({ options, dir, stub, body, load }) {
  const proxy = await nginx(dir, stub);
  const contenders = [direct(stub), proxy, await pipe(dir, stub)].filter(Boolean);
  if (!proxy) say("nginx is not installed: no comparison with it (Debian: apt-get install nginx-light)");
  const candidates = options.against.map((other) => against(other));
  for (const wire of options.own ? options.wires : []) candidates.push(await own(dir, stub, options.own, wire));
  await stub.answers("json");
  for (const contender of candidates) {
    if (contender.program) await listening(contender.program, contender.port);
    const file = body({ bytes: SIZES["1 KB"], model: contender.model, stream: false });
    try {
      await load(contender, file, { requests: 1, "limit-s": 10 });
      contenders.push(contender);
    } catch (error) {
      if (!contender.wire) throw error;
      say(`left out: ${error.message}`);
      await stop(contender.program);
    }
  }
  if (options.own && !contenders.some(({ wire }) => wire)) throw new Error("none of our wires answers");
  return contenders;
}

/** Lets the just-in-time compiler do its work before anything counts. */
async function warmUp({ plan, stub, contenders, body, load }) {
  for (const contender of contenders) {
    say(`warming up ${contender.label}`);
    const { model } = contender;
    await stub.answers("json");
    for (const [size, requests] of Object.entries(plan.warmup)) {
      await load(contender, body({ bytes: SIZES[size], model, stream: false }), { requests, connections: 2 });
    }
    await stub.answers("burst/10");
    const streams = { requests: plan.warmup["1 KB"], connections: 2, events: 10 };
    await load(contender, body({ bytes: SIZES["50 KB"], model, stream: true }), streams);
  }
}

/** What is weighed: our server once for the untouched and once for a translated wire, and what Node alone weighs. */
async function freshProcesses({ dir, stub, options }, wires) {
  const weighed = wires.filter((wire) => wire === "anthropic" || wire === "openai-chat");
  const all = [bareNode(dir), await hello(dir), await nginx(dir, stub)];
  for (const wire of weighed) all.push(await own(dir, stub, options.own, wire));
  return all.filter(Boolean);
}

function starters({ dir, stub, options }, wires) {
  const [wire] = wires;
  return [() => hello(dir), ...(wire ? [() => own(dir, stub, options.own, wire)] : [])];
}

async function soakAlone(context, contenders, wires) {
  if (wires.length === 0) throw new Error("a soak needs our server: leave --no-own away");
  for (const contender of contenders) if (contender.program) await stop(contender.program);
  return soak(context, wires);
}

function publish(machine, { text, json }) {
  const { date, cpu, memoryGb, kernel, node, commit, loadBefore } = machine;
  const loadAfter = loadNow();
  const folder = join(import.meta.dirname, "results");
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${date.replaceAll(":", "-").slice(0, 19)}.json`);
  writeFileSync(file, `${JSON.stringify({ machine: { ...machine, loadAfter }, ...json }, null, 1)}\n`);
  console.log(`
claude-code-mux ${commit ?? ""}, ${date.slice(0, 16).replace("T", " ")} UTC, ${cpu}, ${memoryGb} GB, Linux ${kernel}, Node ${node}
load average ${loadBefore.toFixed(2)} before, ${loadAfter.toFixed(2)} after (ours included); read differences and ratios within this run only

${text}

All values: ${relative(process.cwd(), file)}`);
  process.exit(0);
}

/** Contenders in turn, round by round, each round beginning with another, so that none has the quiet moments. */
async function* rounds(count, contenders, what) {
  for (let round = 0; round < count; round++) {
    say(`${what}, round ${round + 1} of ${count}`);
    for (let i = 0; i < contenders.length; i++) yield contenders[(i + round) % contenders.length];
  }
}

function say(text) {
  console.error(`  ${text}`);
}

function giveUpAfter(minutes) {
  setTimeout(() => {
    console.error(`bench: gave up after ${minutes} minutes`);
    process.exit(1);
  }, minutes * 60_000).unref();
}

main().catch((error) => {
  console.error(`bench: ${error.message}`);
  process.exit(1);
});
