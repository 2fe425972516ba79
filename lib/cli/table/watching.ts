import { GROUPINGS } from "../../journal/usage-report.ts";
import type { VerbSpec } from "../verb.ts";
import { config, json } from "./options.ts";

/** Verbs about what happened and what it cost. */
export const WATCHING_VERBS = {
  usage: {
    group: "What happened",
    summary: "what was used, what it cost, and what was saved",
    details: [
      "Read from the journal, so the server need not run. Days are those of this machine's clock.",
      "`cost` is by list price or your own prices; plans cost nothing. `saved` compares with the list price of the model that was asked for. Answers without a known price are counted, and are in neither.",
      "`--by request` shows the newest requests; with --csv or --json, every one that is still in the journal.",
      "Below: how much of each limit of your budget is used.",
    ],
    options: {
      config,
      since: { type: "string", value: "7d", help: "today, 7d, 4w, or a day such as 2026-11-24 (default 7d)" },
      by: {
        type: "string",
        value: "provider|model|route|day|request",
        help: "broken down by (default provider)",
        choices: [...GROUPINGS, "request"],
      },
      csv: { type: "boolean", help: "print CSV, for spreadsheets" },
      json: { ...json, help: "print JSON, for scripts; with `--by request`, a line each" },
    },
    examples: [
      ["ccmctl usage", "the last seven days"],
      ["ccmctl usage --since today --by model", ""],
      ["ccmctl usage --since 30d --by request --csv", "every request, for a spreadsheet"],
    ],
  },
  statusline: {
    group: "What happened",
    summary: "one line about this session, for Claude Code's status line",
    details: [
      "Shows the model, who serves it, what the session cost, what is left of the budget, and a failover.",
      "Put into ~/.claude/settings.json:",
      '  { "statusLine": { "type": "command", "command": "ccmctl statusline" } }',
      "Reads on standard input what Claude Code tells its status line.",
    ],
    options: { config },
    examples: [["ccmctl statusline", "called by Claude Code"]],
  },
} as const satisfies Readonly<Record<string, VerbSpec>>;
