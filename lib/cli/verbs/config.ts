import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { readTemplate } from "../../config/create.ts";
import { loadConfig } from "../../config/load.ts";
import { maskText, maskTree } from "../../config/mask.ts";
import { addMissing } from "../../config/migrate.ts";
import { findServer } from "../../daemon/find.ts";
import { stateDir } from "../../daemon/state-dir.ts";
import { confirm } from "../ask.ts";
import { replaceConfig } from "../config-file.ts";
import { configPath, type OpenedConfig, openConfig, readConfig, serverAddress } from "../configuration.ts";
import { editConfig } from "../edit-config.ts";
import { readImport, readSource, sayDiff, sayImport } from "../import-config.ts";
import { sayCreated } from "../server-control.ts";
import { counted, EXIT, tildePath } from "../terminal.ts";
import { CommandFailed, stringValue, type VerbContext } from "../verb.ts";
import { faultLine } from "../words.ts";

const ACTIONS = { path, check, show, edit, reset, import: importFile, migrate } as const;

/** Those that take a file besides. */
const WITH_FILE: readonly unknown[] = [importFile, migrate];

export async function run(context: VerbContext): Promise<number> {
  const [word = "", operand] = context.operands;
  const action = ACTIONS[word as keyof typeof ACTIONS]; // the table of verbs lets no other word pass
  if (operand !== undefined && !WITH_FILE.includes(action)) {
    throw new CommandFailed(`\`config ${word}\` takes nothing more, not \`${operand}\`.`, [], EXIT.usage);
  }
  return action(context);
}

async function path(context: VerbContext): Promise<number> {
  const config = await located(context);
  if (context.values.json === true)
    context.terminal.out(JSON.stringify({ path: config.path, exists: config.exists }, null, 2));
  else context.terminal.out(config.path);
  return EXIT.ok;
}

async function check(context: VerbContext): Promise<number> {
  const { terminal, env, values } = context;
  const config = await located(context);
  if (values.json === true) {
    const { faults, notes, exists } = config;
    const valid = exists && faults.length === 0;
    terminal.out(JSON.stringify({ path: config.path, exists, valid, faults, notes }, null, 2));
    return valid ? EXIT.ok : EXIT.failed;
  }
  requireFile(config, env);
  for (const fault of config.faults)
    terminal.out(`${terminal.paint.red("✖")} ${faultLine(fault, env, terminal.paint)}`);
  for (const note of config.notes)
    terminal.out(`${terminal.paint.yellow("!")} ${faultLine(note, env, terminal.paint)}`);
  if (config.faults.length > 0) return EXIT.failed;
  const { settings } = config;
  const counts = settings
    ? `${counted(settings.providers.size, "provider")}, ${counted(settings.models.size, "model")}`
    : "";
  terminal.out(`${terminal.paint.green("✔")} ${tildePath(config.path, env)} is valid: ${counts}.`);
  return EXIT.ok;
}

async function edit(context: VerbContext): Promise<number> {
  const { terminal, env } = context;
  const config = await openConfig(env, stringValue(context, "config"));
  sayCreated(context, config);
  const result = await editConfig(config.path, context);
  terminal.out(
    result === "unchanged" ? "Nothing was changed." : `${terminal.paint.green("✔")} Saved. ${await inUse(context)}`,
  );
  return EXIT.ok;
}

async function reset(context: VerbContext): Promise<number> {
  const config = await located(context);
  if (config.exists) await consent(context, `Replace ${tildePath(config.path, context.env)} by the template?`);
  await replace(context, config.path, await readTemplate("custom"));
  return EXIT.ok;
}

async function importFile(context: VerbContext): Promise<number> {
  const { env, terminal, operands } = context;
  const source = operands[1];
  if (source === undefined) throw new CommandFailed("Which file? ccmctl config import FILE", found(env), EXIT.usage);
  const imported = await readImport(context, source);
  const config = await located(context);
  if (resolve(config.path) === imported.file) throw new CommandFailed(`${source} already is the configuration in use.`);
  sayImport(context, imported);
  if (context.values["dry-run"] === true) {
    await sayDiff(context, config.path, config.exists ? await readFile(config.path, "utf8") : "", imported.text);
    terminal.out("Nothing was changed. Without --dry-run it is taken over.");
    return EXIT.ok;
  }
  if (config.exists) await consent(context, `Replace ${tildePath(config.path, env)} by ${source}?`);
  await replace(context, config.path, imported.text);
  const { providers, models } = imported.settings;
  terminal.out(
    `It has ${counted(providers.size, "provider")} and ${counted(models.size, "model")}: ccmctl models shows them.`,
  );
  return EXIT.ok;
}

/** Files that one may have meant. */
function found(env: NodeJS.ProcessEnv): string[] {
  const usual = [".claude-code-router/config.json", ".claude-code-mux/config.toml"];
  const there = usual.map((name) => join(env.HOME || homedir(), name)).filter(existsSync);
  return there.map((path) => `There is: ${tildePath(path, env)}`);
}

/** Adds what the template of this version explains and the file lacks, as comments. `upgrade.sh` calls it. */
async function migrate(context: VerbContext): Promise<number> {
  const { env, terminal, operands } = context;
  const config = await located(context);
  requireFile(config, env);
  const before = await readFile(config.path, "utf8");
  const older = operands[1] === undefined ? "" : await readSource(operands[1]);
  const { text, added } = await addMissing(before, older, await readTemplate("custom"));
  if (added.length === 0) {
    terminal.out(`${tildePath(config.path, env)} lacks nothing that there is to explain.`);
    return EXIT.ok;
  }
  await sayDiff(context, config.path, before, text);
  if (context.values["dry-run"] === true) terminal.out("Nothing was changed.");
  else {
    const backup = await replaceConfig(config.path, text, new Date());
    const kept = backup === undefined ? "" : ` The file before is ${tildePath(backup, env)}.`;
    terminal.out(`Added as comments, which change nothing: ${added.join(", ")}.${kept}`);
  }
  return EXIT.ok;
}

async function show(context: VerbContext): Promise<number> {
  const { terminal, env, values } = context;
  const config = await located(context);
  requireFile(config, env);
  const { text, tree, faults } = await loadConfig(config.path, env);
  if (values.json === true) {
    terminal.out(JSON.stringify({ path: config.path, config: tree ? maskTree(tree) : null, faults }, null, 2));
  } else {
    terminal.write(await maskText(text));
  }
  return EXIT.ok;
}

async function located(context: VerbContext): Promise<OpenedConfig> {
  return readConfig(context.env, await configPath(context.env, stringValue(context, "config")));
}

function requireFile(config: OpenedConfig, env: NodeJS.ProcessEnv): void {
  if (config.exists) return;
  throw new CommandFailed(`There is no configuration yet (${tildePath(config.path, env)}).`, [
    "Make one: ccm-quickstart",
  ]);
}

/** @throws {CommandFailed} unless the user, or --yes, says so */
async function consent(context: VerbContext, question: string): Promise<void> {
  if (context.values.yes === true || (await confirm(context.terminal, `${question} A backup is made.`, "no"))) return;
  const how = context.terminal.interactive ? [] : ["To do it without being asked: --yes"];
  throw new CommandFailed("Nothing was changed.", how);
}

async function replace(context: VerbContext, file: string, text: string): Promise<void> {
  const { terminal, env } = context;
  const backup = await replaceConfig(file, text, new Date());
  const kept = backup === undefined ? "" : ` The one before is ${tildePath(backup, env)}.`;
  terminal.out(`${terminal.paint.green("✔")} Wrote ${tildePath(file, env)}.${kept} ${await inUse(context)}`.trimEnd());
}

/** Where a change takes effect. */
async function inUse(context: VerbContext): Promise<string> {
  const found = await findServer(stateDir(context.env), await serverAddress(context));
  return found.state === "running" ? "The running server uses it already." : "Start the server: ccmctl start";
}
