/** @module The command line of `cli/extension-manager`. Exit codes: 0, 1, or that of a script that failed. */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { readExtension } from "./extension.mjs";
import { Failure } from "./failure.mjs";
import { placesIn } from "./places.mjs";
import { VERBS } from "./verbs.mjs";

const OPTIONS = {
  "dry-run": { type: "boolean", default: false },
  force: { type: "boolean", default: false },
  format: { type: "string", default: "yaml" },
  help: { type: "boolean", short: "h", default: false },
};

const HELP = `Usage: ./cli/extension-manager VERB [NAME] [OPTIONS]

${Object.entries(VERBS)
  .map(([name, { operands, summary }]) => `  ${`${name} ${operands}`.padEnd(30)} ${summary}`)
  .join("\n")}

  --dry-run   install, remove: only say what would be done
  --force     remove without asking
  --format    bom: yaml (default) or json

Everything goes into $WORKSPACE (now ${process.env.WORKSPACE}).`;

async function main(args) {
  const { command, scriptArgs } = splitScriptArgs(args);
  const { values, positionals } = parseArgs({ args: command, options: OPTIONS, allowPositionals: true });
  const [name, extensionName] = positionals;
  if (values.help || name === "help") return console.log(HELP);
  const verb = Object.hasOwn(VERBS, name ?? "") ? VERBS[name] : undefined;
  if (!verb) {
    console.log(HELP);
    throw new Failure(name ? `Unknown command: ${name}` : "Say what to do.");
  }

  const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
  const extension = readExtension(root);
  if (extensionName === undefined && verb.operands.startsWith("NAME")) throw new Failure(`${name} which extension?`);
  if (extensionName !== undefined && extensionName !== extension.metadata.name) {
    throw new Failure(`Extension not found: ${extensionName}. This repository holds ${extension.metadata.name}.`);
  }
  await verb.run({ extension, places: placesIn(process.env), options: values, scriptArgs });
}

/** What follows `upgrade NAME` belongs to the extension's own script. */
function splitScriptArgs(args) {
  const at = args.indexOf("upgrade");
  return at === -1
    ? { command: args, scriptArgs: [] }
    : { command: args.slice(0, at + 2), scriptArgs: args.slice(at + 2) };
}

await main(process.argv.slice(2)).catch((error) => {
  const expected = error instanceof Failure || error.code?.startsWith("ERR_PARSE_ARGS");
  console.error(expected ? `✖ ${error.message}` : error);
  process.exitCode = error.exitCode ?? 1;
});
