import type { VerbSpec } from "../verb.ts";
import { port } from "./options.ts";

/** Verbs that show what would happen. */
export const TRY_IT_VERBS = {
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
