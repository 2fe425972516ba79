// Minutes of mixed load on one server, to see whether anything grows: memory, open files, log, journal.
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { own } from "./contenders.mjs";
import { WIRES } from "./own-config.mjs";
import { SIZES } from "./plans.mjs";
import { listening, memoryMb, openFiles, stop } from "./processes.mjs";
import { JOURNAL_MB, judgeSoak, soakAsText } from "./soak-report.mjs";
import { slope } from "./statistics.mjs";

const SAMPLE_MS = 2000;
/** Of the whole time: until then caches fill and the code is optimised, which is no leak. */
const SETTLED_AFTER = 0.4;
const EVENTS = 30;
/** The server rests, writes down what waits, and gives back what it can. */
const REST_MS = 45_000;

/** What goes on at the same time on each wire. */
const MIX = [
  { size: "50 KB", stream: false, connections: 2, "gap-ms": 50 },
  { size: "1 MB", stream: false, connections: 1, "gap-ms": 1000 },
  { size: "50 KB", stream: true, connections: 8, "gap-ms": 100, events: EVENTS },
  { size: "50 KB", stream: true, connections: 2, "gap-ms": 300, "abort-after": 5 },
];

/** @returns {Promise<{text: string, json: object}>} */
export async function soak({ options, dir, stub, body, load, say }, wires) {
  const seconds = options.minutes * 60;
  const server = await own(dir, stub, options.own, "anthropic", `\n[logging]\njournal_mb = ${JOURNAL_MB}\n`);
  await listening(server.program, server.port);
  await stub.answers(`auto/${EVENTS}/100000`);
  const samples = [];
  const began = Date.now();
  const idle = sampleOf(server);
  const watching = watch(server, samples, began + seconds * 1000, (left) =>
    say(`soak: ${Math.ceil(left / 60)} min to go`),
  );
  const loads = wires.flatMap((wire) =>
    MIX.map(({ size, stream, ...rest }) => {
      const file = body({ bytes: SIZES[size], model: WIRES[wire].name, stream });
      return load(server, file, { ...rest, seconds, "limit-s": seconds + 60 });
    }),
  );
  const results = (await Promise.all([...loads, watching])).slice(0, -1);
  await sleep(REST_MS);
  const { open, cut } = await stub.stats();
  const after = sampleOf(server);
  const errors = errorsIn(server.state);
  const { active_requests: underWay } = await (await fetch(`http://127.0.0.1:${server.port}/health`)).json();
  await stop(server.program);
  const json = {
    kind: "soak",
    seconds,
    wires,
    answers: results.reduce((sum, result) => sum + result.answers, 0),
    aborted: results.reduce((sum, result) => sum + result.aborted, 0),
    // One of the connections is our own, that asks.
    upstream: { open: open - 1, cut },
    underWay,
    errors,
    slopes: slopesOf(samples, seconds),
    idle,
    after,
    highest: highestOf(samples),
    samples,
  };
  const verdicts = judgeSoak(json);
  return { text: soakAsText(json, verdicts), json: { ...json, targets: verdicts } };
}

async function watch(server, samples, until, tell) {
  for (let turn = 0; Date.now() < until; turn++) {
    await sleep(Math.min(SAMPLE_MS, Math.max(0, until - Date.now())));
    samples.push(sampleOf(server));
    if (turn % 15 === 0) tell((until - Date.now()) / 1000);
  }
}

function sampleOf({ pid, state }) {
  const log = bytesOf(state, (name) => name.startsWith("ccm.log"));
  const journal = bytesOf(join(state, "journal"), () => true);
  return { at: Date.now(), ...memoryMb(pid), files: openFiles(pid), log, journal };
}

/** MB of the files in a folder, which may not be there yet. */
function bytesOf(dir, isMeant) {
  if (!existsSync(dir)) return 0;
  const names = readdirSync(dir, { withFileTypes: true }).filter((entry) => entry.isFile() && isMeant(entry.name));
  const sizes = names.map(({ name }) => statSync(join(dir, name), { throwIfNoEntry: false })?.size ?? 0);
  return sizes.reduce((sum, size) => sum + size, 0) / 1024 / 1024;
}

/** Lines of the log that tell of what nobody foresaw. */
function errorsIn(state) {
  const logs = readdirSync(state).filter((name) => name.startsWith("ccm.log"));
  return logs
    .flatMap((name) => readFileSync(join(state, name), "utf8").split("\n"))
    .filter((line) => / error /.test(line)).length;
}

function slopesOf(samples, seconds) {
  const settled = samples.filter(({ at }) => at >= samples[0].at + seconds * 1000 * SETTLED_AFTER);
  const per10Minutes = (key) => slope(settled.map((sample) => ({ x: sample.at, y: sample[key] }))) * 600_000;
  return { rss: per10Minutes("rss"), private: per10Minutes("private"), files: per10Minutes("files") };
}

function highestOf(samples) {
  const highest = (key) => Math.max(...samples.map((sample) => sample[key]));
  return {
    rss: highest("rss"),
    private: highest("private"),
    files: highest("files"),
    log: highest("log"),
    journal: highest("journal"),
  };
}
