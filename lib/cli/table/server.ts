import { LOG_LEVELS } from "../../config/schema.ts";
import type { VerbSpec } from "../verb.ts";
import { config, json, port, supervision } from "./options.ts";

/** Verbs that start, stop and watch the server; `ccm-start` has only these. */
export const SERVER_VERBS = {
  start: {
    group: "Server",
    summary: "start the server in the background",
    details: [
      "Returns when the server answers. A missing configuration is created from the template.",
      "When it already runs, says so and is content. When it crashes, it is started again, at once at first and with longer and longer pauses if it goes on crashing; `ccmctl status` tells.",
    ],
    options: {
      config,
      port,
      ...supervision,
      foreground: { type: "boolean", help: "stay in this terminal and log to it (for containers and services)" },
    },
    examples: [
      ["ccmctl start", "with the configured address"],
      ["ccmctl start --port 4000", "on another port"],
      ["ccmctl start --foreground", "under systemd or as a container's command"],
    ],
  },
  stop: {
    group: "Server",
    summary: "let open answers finish, then stop the server",
    options: { config, now: { type: "boolean", help: "do not wait for open answers (else up to 10 s)" } },
    examples: [
      ["ccmctl stop", ""],
      ["ccmctl stop --now", "at once"],
    ],
  },
  restart: {
    group: "Server",
    summary: "replace the server by a fresh one; no request is refused, no answer cut",
    details: [
      "The new server takes over the address of the old one, which finishes its open answers, however long they take.",
      "When the new one does not start, the old one goes on. Keys and other variables are those of this shell.",
    ],
    options: { config, port, ...supervision },
    examples: [
      ["ccmctl restart", "same configuration file, same port"],
      ["ccmctl restart --port 4000", "another port"],
    ],
  },
  status: {
    group: "Server",
    summary: "does it run, where, and how are its providers",
    options: { config, json },
    exits: [
      ["0", "running"],
      ["3", "stopped"],
      ["4", "it runs but does not answer"],
    ],
    examples: [
      ["ccmctl status", ""],
      ["ccmctl status --json", "the same for scripts"],
    ],
  },
  logs: {
    group: "Server",
    summary: "show the server's log",
    options: {
      follow: { type: "boolean", short: "f", help: "go on showing what is added, until Ctrl-C" },
      lines: { type: "string", short: "n", value: "N", help: "how many lines (default 50)", range: [0, 1_000_000] },
      level: { type: "string", value: "LEVEL", help: "only this level and what is graver", choices: LOG_LEVELS },
      find: { type: "string", value: "TEXT", help: "only lines with this text, such as the id of a request" },
      json: { ...json, help: "print each line as JSON, for scripts" },
    },
    examples: [
      ["ccmctl logs -n 200", "the last 200 lines"],
      ["ccmctl logs -f --level warn", "live, what went wrong"],
    ],
  },
} as const satisfies Readonly<Record<string, VerbSpec>>;
