import type { VerbSpec } from "../verb.ts";
import { config, json, port } from "./options.ts";

/** Verbs that show what would happen. */
export const TRY_IT_VERBS = {
  test: {
    group: "Try it",
    summary: "send a real request through the server and watch it; make providers fail on purpose",
    operands: "[MODEL]",
    operandCount: [0, 1],
    details: [
      "Without MODEL, the default route's is asked; `PROVIDER,MODEL` asks one provider only. It is a real request of a few tokens. Exit code 1 when there was no clean answer.",
      "--simulate makes a provider fail for this request alone: down, slow, 429, 529, 500, auth, cut-before-content, cut-in-text, cut-in-tool, garbage …; `--simulate PROVIDER=` lists all of them. With --for all traffic fails there, Claude Code's too, until the time is over or you say off; status, log, status line and page remind you.",
    ],
    options: {
      config,
      json,
      simulate: { type: "string", value: "PROVIDER=FAILURE|off", help: "let it fail; several with commas" },
      for: { type: "string", value: "5m", help: "for all traffic, for so long (90, 5m; at most 1h)" },
      prompt: { type: "string", value: "TEXT", help: "what to ask" },
    },
    examples: [
      ["ccmctl test", "does it work, who answers, what does it cost"],
      ["ccmctl test --simulate anthropic=529", "what Claude Code would see if anthropic were overloaded"],
      ["ccmctl test --simulate anthropic=down --for 5m", "the same for all traffic"],
      ["ccmctl test --simulate off", "no provider fails on purpose any more"],
    ],
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
  },
} as const satisfies Readonly<Record<string, VerbSpec>>;
