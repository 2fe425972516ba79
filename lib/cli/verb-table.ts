import type { OptionSpec, VerbSpec } from "./verb.ts";

const config: OptionSpec = { type: "string", short: "c", value: "FILE", help: "use this configuration file" };
const json: OptionSpec = { type: "boolean", help: "print JSON, for scripts" };
const port: OptionSpec = {
  type: "string",
  short: "p",
  value: "N",
  help: "listen on this port instead of the configured one",
  range: [0, 65_535],
};

/** Every verb of ccmctl, in the order in which the help shows them. */
export const VERBS = {
  start: {
    group: "Server",
    summary: "start the server in the background",
    details: [
      "Returns when the server answers. A missing configuration is created from the template.",
      "When it already runs, says so and is content.",
    ],
    options: {
      config,
      port,
      foreground: { type: "boolean", help: "stay in this terminal and log to it (for containers and services)" },
    },
    examples: [
      ["ccmctl start", "with the configured address"],
      ["ccmctl start --port 4000", "on another port"],
      ["ccmctl start --foreground", "under systemd or as a container's command"],
    ],
    load: () => import("./verbs/start.ts"),
  },
  stop: {
    group: "Server",
    summary: "let open answers finish, then stop the server",
    options: { config, now: { type: "boolean", help: "do not wait for open answers (else up to 10 s)" } },
    examples: [
      ["ccmctl stop", ""],
      ["ccmctl stop --now", "at once"],
    ],
    load: () => import("./verbs/stop.ts"),
  },
  restart: {
    group: "Server",
    summary: "replace the server by a fresh one; open answers finish",
    options: { config, port },
    examples: [["ccmctl restart", "same configuration file, same port"]],
    load: () => import("./verbs/restart.ts"),
  },
  status: {
    group: "Server",
    summary: "does it run, where, and how are its providers",
    details: ["Exit code: 0 running, 3 stopped, 4 it runs but does not answer."],
    options: { config, json },
    examples: [
      ["ccmctl status", ""],
      ["ccmctl status --json", "the same for scripts"],
    ],
    load: () => import("./verbs/status.ts"),
  },
  logs: {
    group: "Server",
    summary: "show the server's log",
    options: {
      follow: { type: "boolean", short: "f", help: "go on showing what is added, until Ctrl-C" },
      lines: { type: "string", short: "n", value: "N", help: "how many lines (default 50)", range: [0, 1_000_000] },
    },
    examples: [
      ["ccmctl logs -n 200", "the last 200 lines"],
      ["ccmctl logs -f", "live"],
    ],
    load: () => import("./verbs/logs.ts"),
  },
  code: {
    group: "Claude Code",
    summary: "start the server if needed and run Claude Code through it",
    operands: "[ARGS…]",
    passThrough: true,
    details: ["Everything behind `code` goes to claude. Exit code: claude's."],
    options: { config },
    examples: [
      ["ccmctl code", "an interactive session"],
      ['ccmctl code -p "explain this repository"', "one answer, printed"],
    ],
    load: () => import("./verbs/code.ts"),
  },
  env: {
    group: "Claude Code",
    summary: "print the variables that point Claude Code at the server",
    details: [
      "Profiles: `proxy` sets ANTHROPIC_BASE_URL and a stand-in ANTHROPIC_API_KEY.",
      "`subscription` leaves the key out, so that Claude Code keeps its own Claude login",
      '(it needs a provider with auth_type = "passthrough"). Without --profile: what the configuration needs.',
    ],
    options: {
      config,
      json,
      shell: {
        type: "string",
        value: "bash|zsh|fish",
        help: "whose syntax (default: that of $SHELL)",
        choices: ["bash", "zsh", "fish"],
      },
      unset: { type: "boolean", help: "print what takes the variables away again" },
      profile: {
        type: "string",
        value: "proxy|subscription",
        help: "with a stand-in key, or with Claude Code's own login",
        choices: ["proxy", "subscription"],
      },
    },
    examples: [
      ['eval "$(ccmctl env)"', "in bash or zsh"],
      ["ccmctl env --shell fish | source", "in fish"],
      ['eval "$(ccmctl env --unset)"', "back to before"],
    ],
    load: () => import("./verbs/env.ts"),
  },
  doctor: {
    group: "Claude Code",
    summary: "find out why it does not work",
    details: ["Looks at the usual reasons, each with its mend. Exit code 1 when something is wrong."],
    options: { config, json },
    examples: [["ccmctl doctor", ""]],
    load: () => import("./verbs/doctor.ts"),
  },
  config: {
    group: "Configuration",
    summary: "path | check | show | edit | reset | import FILE",
    operands: "path|check|show|edit|reset|import FILE",
    operandCount: [1, 2],
    details: [
      "path     where the file is            check   every fault, with file, line and key",
      "show     the file, secrets masked     edit    open it in $EDITOR, keep it only if it is sound",
      "reset    back to the template (a backup is made)",
      "import   take over the configuration of the original claude-code-mux (a backup is made)",
    ],
    options: { config, json, yes: { type: "boolean", short: "y", help: "reset or import without asking" } },
    examples: [
      ["ccmctl config check", ""],
      ["ccmctl config edit", ""],
      ["ccmctl config import ~/.claude-code-mux/config.toml", ""],
    ],
    load: () => import("./verbs/config.ts"),
  },
  providers: {
    group: "Configuration",
    summary: "the configured providers and how they are",
    options: { config, json },
    examples: [["ccmctl providers", ""]],
    load: () => import("./verbs/providers.ts"),
  },
  models: {
    group: "Configuration",
    summary: "the configured models and who serves them, in order",
    options: { config, json },
    examples: [["ccmctl models", ""]],
    load: () => import("./verbs/models.ts"),
  },
  route: {
    group: "Configuration",
    summary: "explain where a request would go, and why",
    operands: "FILE|-",
    operandCount: [1, 1],
    details: [
      "FILE holds the JSON body of a request to /v1/messages; `-` reads it from standard input.",
      "A recording of the form {headers, body} is understood too. Nothing is sent anywhere.",
    ],
    options: {
      config,
      json,
      class: {
        type: "string",
        value: "NAME",
        help: "as if Claude Code had sent this request class (main, auxiliary …)",
      },
    },
    examples: [
      ["ccmctl route request.json", ""],
      [`echo '{"model":"claude-haiku-4-5","messages":[]}' | ccmctl route -`, ""],
    ],
    load: () => import("./verbs/route.ts"),
  },
  demo: {
    group: "Try it",
    summary: "watch an outage that nobody notices, with simulated providers",
    details: [
      "Needs no key and no network, and touches neither your configuration nor your server.",
      "Stays until Ctrl-C, so that you can look at the page.",
    ],
    options: { once: { type: "boolean", help: "end after the show" }, port: { ...port, help: "prefer this port" } },
    examples: [
      ["ccmctl demo", ""],
      ["ccmctl demo --once", "exit when it is over"],
    ],
    load: () => import("./verbs/demo.ts"),
  },
} as const satisfies Readonly<Record<string, VerbSpec>>;

export type VerbName = keyof typeof VERBS;

export const VERB_NAMES = Object.keys(VERBS) as VerbName[];

export function isVerb(word: string): word is VerbName {
  return Object.hasOwn(VERBS, word);
}

/** The same, seen as any verb. */
export function verbSpec(name: VerbName): VerbSpec {
  return VERBS[name];
}
