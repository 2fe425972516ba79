/** @module The few documented commands that cannot simply be run to their end, and what is done with them instead. */

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
  "ccmctl test": { why: "the provider is a simulated one", says: /simulated/i },
  "ccmctl code": { why: "with the same stand-in", says: /simulated/i },
  "ccmctl route FILE": { why: "FILE is the reader's", instead: "ccmctl route request.json", says: /claude-sonnet-5-5/ },
  "docker compose up -d": {
    why: "needs an engine; test/docs/container.test.ts plays the build and runs the container's command",
    instead: "test -f compose.yaml && test -f Dockerfile",
  },
};
