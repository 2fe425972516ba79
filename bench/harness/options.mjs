// The command line of the bench.
import { parseArgs } from "node:util";
import { WIRES } from "./own-config.mjs";
import { PLANS } from "./plans.mjs";

export const SUITES = ["json", "sse", "open", "rate", "memory", "start", "decision", "translation", "journal"];

const DEFAULT_MINUTES = 20;

export const HELP = `npm run bench -- [options]

Measures what a hop through claude-code-mux costs, against a direct connection in the same run.

  --quick             about a minute, for a first look
  --soak              (npm run soak) minutes of mixed load, then whether anything grew: memory, open files, log, journal
  --minutes N         how long the soak is (default 20); implies --soak
  --publish           writes the soak's result into docs/performance.md as well
  --suites a,b        only these: ${SUITES.join(", ")}
  --wires a,b         only these of our wires: ${Object.keys(WIRES).join(", ")}
  --against NAME=URL  puts another running proxy beside ours (needs --stub-port); may be repeated
  --against-model M   the model name that the others are asked for
  --against-header H  a header for them, e.g. "authorization: Bearer x"; may be repeated
  --stub-port N       port of the stub upstream, to point another proxy at
  --server FILE       the server to measure (dist/server.js, built when missing or out of date)
  --node-args "A B"   flags for the Node that runs it, instead of those that ccmctl gives it
  --no-own            leave ours out
  --help

Needs a C compiler and make. Results: a table here, all values in bench/results/.`;

/** @throws {Error} that says what is wrong with the arguments */
export function readOptions(argv) {
  const { values } = parseArgs({
    args: argv,
    options: {
      quick: { type: "boolean" },
      smoke: { type: "boolean" },
      soak: { type: "boolean" },
      minutes: { type: "string" },
      publish: { type: "boolean" },
      suites: { type: "string" },
      wires: { type: "string" },
      against: { type: "string", multiple: true },
      "against-model": { type: "string" },
      "against-header": { type: "string", multiple: true },
      "stub-port": { type: "string" },
      server: { type: "string" },
      "node-args": { type: "string" },
      "no-own": { type: "boolean" },
      help: { type: "boolean" },
    },
  });
  const scale = values.smoke ? "smoke" : values.quick ? "quick" : "full";
  return {
    help: values.help ?? false,
    scale,
    plan: PLANS[scale],
    minutes: soakMinutes(values),
    publish: values.publish ?? false,
    suites: list("suites", values.suites, SUITES),
    wires: list("wires", values.wires, Object.keys(WIRES)),
    against: (values.against ?? []).map((text) => readAgainst(text, values)),
    stubPort: values["stub-port"] === undefined ? undefined : positive("stub-port", values["stub-port"]),
    own: values["no-own"]
      ? undefined
      : { server: values.server, nodeArgs: values["node-args"]?.split(" ").filter(Boolean) },
  };
}

/** @returns {number | undefined} undefined when no soak is wanted */
function soakMinutes({ soak, minutes, publish }) {
  if (minutes !== undefined) return positive("minutes", minutes);
  if (soak) return DEFAULT_MINUTES;
  if (publish) throw new Error("--publish goes with --soak; a whole run is published by bench/publish.mjs");
  return undefined;
}

function positive(name, text) {
  const number = Number(text);
  if (!(number > 0)) throw new Error(`--${name}: "${text}" is no positive number`);
  return number;
}

function list(name, text, known) {
  const wanted = text?.split(",") ?? known;
  const unknown = wanted.filter((one) => !known.includes(one));
  if (unknown.length > 0) throw new Error(`--${name}: ${unknown.join(", ")} unknown; there are ${known.join(", ")}`);
  return wanted;
}

function readAgainst(text, values) {
  const [, name, url] = /^([^=]+)=(http:\/\/.+)$/.exec(text) ?? [];
  if (!name || !URL.canParse(url)) throw new Error(`--against: "${text}" is not NAME=http://HOST:PORT`);
  if (!values["stub-port"])
    throw new Error("--against needs --stub-port, the port that the other proxy has as its upstream");
  return { name, url, model: values["against-model"], headers: values["against-header"] };
}
