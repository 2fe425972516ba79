/** @module The few documented commands that cannot simply be run to their end, and what is done with them instead. */
import type { FaultName } from "../../lib/simulator/faults.ts";

export interface Exception {
  why: string;
  /** It stays: what it says once it is ready; then it is interrupted, and must end. */
  until?: RegExp;
  /** Run in its place. */
  instead?: string;
  /** How it must end. Default 0. */
  exitCode?: number;
  /** What it must say. */
  says?: RegExp;
}

/** It would run this very test, or for many minutes: that npm knows it and its program is there must do. */
const script = (name: string, why: string): Exception => ({
  why,
  instead: `test -f "$(node -p 'require("./package.json").scripts["${name}"].split(" ").at(-1)')"`,
});

/** How each failure ends that `docs/failover.md` has tried, where the providers are called `anthropic` and `openai`. */
const TRIALS: Readonly<Record<FaultName, Pick<Exception, "says" | "exitCode">>> = {
  down: failsOver("connection broke", 2),
  "500": failsOver("500 server error", 2),
  garbage: failsOver("answer is not what the protocol promises, after a 200", 2),
  "cut-before-content": failsOver("connection broke, after a 200", 2),
  "529": failsOver("529 overloaded"),
  "error-event-first": failsOver("overloaded"),
  slow: failsOver("no answer in time"),
  "429-short": failsOver("429 rate limited", 2),
  "429": failsOver("429 rate limited"),
  auth: failsOver("401 key or login refused"),
  "403": failsOver("403 access forbidden"),
  "402": failsOver("402 out of credit"),
  "404": failsOver("404 model not found"),
  "too-long": { exitCode: 1, says: /client saw +an error: prompt is too long: .+, HTTP 400/ },
  "400": { exitCode: 1, says: /client saw +an error: Simulated: messages\.0.+, HTTP 400/ },
  empty: { says: /anthropic answered, but said nothing/ },
  "cut-in-text": { exitCode: 1, says: /The answer broke after it had begun/ },
  "cut-in-tool": { exitCode: 1, says: /calls +report_status [\s\S]+The answer broke after it had begun/ },
};

function failsOver(words: string, tries = 1): Pick<Exception, "says"> {
  const failed = `✖ anthropic ${words}[^→]+`.repeat(tries);
  return { says: new RegExp(`${failed}→ openai +200[\\s\\S]+would not have noticed that anthropic failed`) };
}

const trials = Object.entries(TRIALS).map(([failure, ends]): [string, Exception] => [
  `ccmctl test --simulate anthropic=${failure}`,
  { why: "what it must say is its row in the table", ...ends },
]);

export const EXCEPTIONS: Readonly<Record<string, Exception>> = {
  "./bin/ccmctl demo": { why: "stays until Ctrl-C, so that one can look at the page", until: /Ctrl-C/ },
  "npm test": script("test", "would run this very test"),
  "npm test -- --fast": script("test", "would run this very test"),
  "npm run check": script("check", "`npm test` runs it beside the tests"),
  "npm run bench": script("bench", "takes minutes; test/bench runs its parts"),
  "npm run dev": script("dev", "watches the files until Ctrl-C"),
  "npx vitest run test/relay": { why: "runs as part of `npm test`", instead: "test -d test/relay" },
  "ccm-quickstart": {
    why: "asks questions; test/cli/quickstart.test.ts answers them. Without a terminal it says what to give instead",
    exitCode: 64,
    says: /--preset/,
  },
  claude: {
    why: "a stand-in that asks one question where the environment says; test/client drives the real Claude Code",
    instead: "ccmctl start && claude",
    says: /simulated/i,
  },
  "ccmctl doctor": {
    why: "the lines that the installation wrote name the documented port, for which another one stands here",
    instead: "HOME=/nonexistent ccmctl doctor",
  },
  "ccmctl upgrade --rollback": {
    why: "the version of the clone is the one that is installed; test/host/upgrade.test.ts goes back and forth",
    exitCode: 1,
    says: /no version before/,
  },
  ...Object.fromEntries(trials),
  "timeout 2 ccmctl test --simulate anthropic=slow": { why: "the client is to be cut off", exitCode: 124 },
  "ccmctl test --simulate anthropic=529 --for 5m": { why: "it must say that it is on", says: /fail on purpose, for/ },
  "ccmctl test": { why: "the provider is a simulated one", says: /simulated/i },
  "ccmctl code": { why: "with the same stand-in", says: /simulated/i },
  "ccmctl route FILE": { why: "FILE is the reader's", instead: "ccmctl route request.json", says: /claude-sonnet-5-5/ },
  "docker compose up -d": {
    why: "needs an engine; test/docs/container.test.ts plays the build and runs the container's command",
    instead: "test -f compose.yaml && test -f Dockerfile",
  },
};
