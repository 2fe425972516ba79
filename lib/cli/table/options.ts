import type { OptionSpec } from "../verb.ts";

// Options that several verbs have in common.

export const config: OptionSpec = { type: "string", short: "c", value: "FILE", help: "use this configuration file" };
export const json: OptionSpec = { type: "boolean", help: "print JSON, for scripts" };
export const port: OptionSpec = {
  type: "string",
  short: "p",
  value: "N",
  help: "listen on this port instead of the configured one",
  range: [0, 65_535],
};

/** Whether somebody looks after the server in the background. */
export const supervision: Readonly<Record<"supervise" | "no-supervise", OptionSpec>> = {
  supervise: { type: "boolean", help: "start it again when it crashes (the default)" },
  "no-supervise": { type: "boolean", help: "leave it alone when it crashes" },
};
