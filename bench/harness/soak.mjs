// Minutes of mixed load on one server, to see whether anything grows: memory, open files.
import { setTimeout as sleep } from "node:timers/promises";
import { own } from "./contenders.mjs";
import { WIRES } from "./own-config.mjs";
import { SIZES } from "./plans.mjs";
import { listening, memoryMb, openFiles, stop } from "./processes.mjs";
import { slope } from "./statistics.mjs";

const SAMPLE_MS = 2000;
/** Of the whole time: until then caches fill and the code is optimised, which is no leak. */
const SETTLED_AFTER = 0.4;
const EVENTS = 30;

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
  const server = await own(dir, stub, options.own, "anthropic");
  await listening(server.program, server.port);
  await stub.answers(`auto/${EVENTS}/100000`);
  const samples = [];
  const began = Date.now();
  const watching = watch(server.pid, samples, began + seconds * 1000, (left) =>
    say(`soak: ${Math.ceil(left / 60)} min to go`),
  );
  const loads = wires.flatMap((wire) =>
    MIX.map(({ size, stream, ...rest }) => {
      const file = body({ bytes: SIZES[size], model: WIRES[wire].name, stream });
      return load(server, file, { ...rest, seconds, "limit-s": seconds + 60 });
    }),
  );
  const results = await Promise.all([...loads, watching]);
  results.pop();
  await sleep(1000);
  const { open, cut } = await stub.stats();
  const after = memoryMb(server.pid);
  await stop(server.program);
  return report({ samples, results, seconds, wires, upstream: { open, cut }, after });
}

async function watch(pid, samples, until, tell) {
  for (let turn = 0; Date.now() < until; turn++) {
    await sleep(Math.min(SAMPLE_MS, Math.max(0, until - Date.now())));
    samples.push({ at: Date.now(), ...memoryMb(pid), files: openFiles(pid) });
    if (turn % 15 === 0) tell((until - Date.now()) / 1000);
  }
}

function report({ samples, results, seconds, wires, upstream, after }) {
  const settled = samples.filter(({ at }) => at >= samples[0].at + seconds * 1000 * SETTLED_AFTER);
  const per10Minutes = (key) => slope(settled.map((sample) => ({ x: sample.at, y: sample[key] }))) * 600_000;
  const slopes = { rss: per10Minutes("rss"), private: per10Minutes("private"), files: per10Minutes("files") };
  const answers = results.reduce((sum, { answers: count }) => sum + count, 0);
  const aborted = results.reduce((sum, result) => sum + result.aborted, 0);
  const first = samples[0];
  const last = samples.at(-1);
  const signed = (value, digits) => `${value >= 0 ? "+" : ""}${value.toFixed(digits)}`;
  const text = `Soak of ${seconds / 60} min over ${wires.join(", ")}: ${answers} answers, ${aborted} streams aborted by the client
  (each must be cut upstream: ${upstream.cut} were), none failed.
  RSS              ${first.rss.toFixed(1)} → ${last.rss.toFixed(1)} MB, 1 s after the load ${after.rss.toFixed(1)} MB
  private memory   ${first.private.toFixed(1)} → ${last.private.toFixed(1)} MB, 1 s after the load ${after.private.toFixed(1)} MB
  open files       ${first.files} → ${last.files}; the stub still sees ${upstream.open - 1} connections of the server's pool
  slopes over the last ${Math.round((1 - SETTLED_AFTER) * 100)} % of the time, per 10 minutes:
    RSS ${signed(slopes.rss, 2)} MB (target ≤ 1), private ${signed(slopes.private, 2)} MB, open files ${signed(slopes.files, 1)} (target 0)`;
  return { text, json: { seconds, wires, answers, aborted, upstream, slopes, after, samples } };
}
