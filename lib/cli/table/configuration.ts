import type { VerbSpec } from "../verb.ts";
import { config, json } from "./options.ts";

/** Verbs about what is configured. */
export const CONFIGURATION_VERBS = {
  config: {
    group: "Configuration",
    summary: "path | check | show | edit | reset | import FILE | migrate",
    operands: "path|check|show|edit|reset|import FILE|migrate [OLD-TEMPLATE]",
    operandChoices: ["path", "check", "show", "edit", "reset", "import", "migrate"],
    operandIsFile: true,
    operandCount: [1, 2],
    parts: [
      ["path", "where the file is"],
      ["check", "every fault, with file, line and key"],
      ["show", "the file, secrets masked"],
      ["edit", "open it in $EDITOR, keep it only if it is sound"],
      ["reset", "back to the template (a backup is made)"],
      [
        "import FILE",
        "take over the config.toml of the original claude-code-mux, the config.json of claude-code-router 2, or what claude-code-router 3 exports (Settings, Export data). A backup is made, and FILE stays as it is. What cannot be taken over is named; --dry-run shows what would change.",
      ],
      [
        "migrate",
        "add what this version's template explains and the file lacks (or, with OLD-TEMPLATE, what is new since then), as comments. `ccmctl upgrade` does it. A backup is made.",
      ],
    ],
    options: {
      config,
      json,
      yes: { type: "boolean", short: "y", help: "reset or import without asking" },
      "dry-run": { type: "boolean", help: "import, migrate: only show what would change" },
    },
    examples: [
      ["ccmctl config check", ""],
      ["ccmctl config edit", ""],
      ["ccmctl config import ~/.claude-code-mux/config.toml", ""],
      ["ccmctl config import ~/.claude-code-router/config.json --dry-run", "what would become of it"],
    ],
  },
  providers: {
    group: "Configuration",
    summary: "the configured providers and how they are; test NAME tries one out",
    operands: "[test NAME]",
    operandChoices: ["test"],
    operandCount: [0, 2],
    details: [
      "`test NAME` asks the running server to try the provider: key, model list, answer, streaming, tools, images.",
      "These are real requests of a few tokens each. Exit code 1 when the provider would give no answers.",
    ],
    options: { config, json, model: { type: "string", value: "MODEL", help: "the model to ask (with test)" } },
    examples: [
      ["ccmctl providers", ""],
      ["ccmctl providers test openai", "does it work, and if not, why"],
    ],
  },
  login: {
    group: "Configuration",
    summary: "sign in to a provider with your subscription",
    operands: "NAME",
    operandCount: [1, 1],
    details: [
      "Shows what the vendor's terms say, then an address to open. Waits for the browser to come back to this machine, or for what you paste. The running server keeps the login and refreshes it.",
    ],
    options: {
      config,
      paste: { type: "boolean", help: "the browser is on another machine: paste what it ends at (default over SSH)" },
      device: { type: "boolean", help: "type a short code at the vendor's page instead (ChatGPT)" },
      yes: { type: "boolean", short: "y", help: "go on without being asked about the terms" },
    },
    examples: [
      ["ccmctl login anthropic-oauth", ""],
      ["ccmctl login openai-oauth --device", "on a machine without a browser"],
    ],
  },
  logout: {
    group: "Configuration",
    summary: "forget a login, and have the vendor void it",
    operands: "NAME",
    operandCount: [1, 1],
    options: { config },
    examples: [["ccmctl logout anthropic-oauth", ""]],
  },
  models: {
    group: "Configuration",
    summary: "the configured models and who serves them, in order",
    options: { config, json },
    examples: [["ccmctl models", ""]],
  },
  route: {
    group: "Configuration",
    summary: "explain where a request would go, and why",
    operands: "FILE|-",
    operandIsFile: true,
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
  },
} as const satisfies Readonly<Record<string, VerbSpec>>;
