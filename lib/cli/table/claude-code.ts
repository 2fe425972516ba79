import type { VerbSpec } from "../verb.ts";
import { config, json } from "./options.ts";

/** Verbs about the way from Claude Code to the server. */
export const CLAUDE_CODE_VERBS = {
  code: {
    group: "Claude Code",
    summary: "start the server if needed and run Claude Code through it",
    operands: "[ARGS…]",
    passThrough: true,
    details: ["Everything behind `code` goes to claude, but for `--help` alone. Claude Code's own: claude --help"],
    options: { config },
    exits: [
      ["claude's", "it ran"],
      ["1", "the server does not start; the reason is told"],
      ["127", "Claude Code is not on PATH"],
    ],
    examples: [
      ["ccmctl code", "an interactive session"],
      ['ccmctl code -p "explain this repository"', "one answer, printed"],
    ],
  },
  env: {
    group: "Claude Code",
    summary: "print the variables that point Claude Code at the server",
    details: [
      "Profiles: `proxy` sets ANTHROPIC_BASE_URL and a stand-in ANTHROPIC_API_KEY.",
      '`subscription` leaves the key out, so that Claude Code keeps its own Claude login (it needs a provider with auth_type = "passthrough"). Without --profile: what the configuration needs.',
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
  },
  off: {
    group: "Claude Code",
    summary: "let Claude Code work without the proxy: comment the way to it out",
    details: [
      "In the start-up files of your shells, where install.sh --shell-env or a host has written it. Nothing else is touched, and `ccmctl on` brings each byte back. It holds for new shells; for the one you are in, the command to type is said.",
    ],
    options: {},
    examples: [["ccmctl off", "before the proxy is away for longer"]],
  },
  on: {
    group: "Claude Code",
    summary: "the way to the proxy, back again after `off`",
    options: {},
    examples: [["ccmctl on", ""]],
  },
  doctor: {
    group: "Claude Code",
    summary: "find out why it does not work",
    operands: "[FILE]",
    operandCount: [0, 1],
    details: [
      "Looks at the usual reasons, each with its mend. Exit code 1 when something is wrong.",
      "`--bundle` writes what it found into FILE, for a bug report: versions, the server's state, the configuration, the newest requests and the log, as plain text without keys and without what was said. Read it before you send it.",
    ],
    options: {
      config,
      json,
      bundle: { type: "boolean", help: "write a file for a bug report; `-` prints it (default ccm-bundle-TIME.txt)" },
    },
    examples: [
      ["ccmctl doctor", ""],
      ["ccmctl doctor --bundle report.txt", "for a bug report"],
    ],
  },
} as const satisfies Readonly<Record<string, VerbSpec>>;
