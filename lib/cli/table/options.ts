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
