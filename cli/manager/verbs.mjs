import { existsSync, rmSync, statfsSync } from "node:fs";
import { dirname } from "node:path";
import { createInterface } from "node:readline/promises";
import { stringify } from "yaml";
import { writeEnvironment, writeTemplates } from "./configure.mjs";
import { fileOf } from "./extension.mjs";
import { Failure } from "./failure.mjs";
import { expandTilde } from "./places.mjs";
import { hasMarker, isInstalled, noteInstalled, noteRemoved, readBill } from "./records.mjs";
import { runScript } from "./run.mjs";
import { problemsOf, versionLines } from "./validate.mjs";

/** What the manager can do. Every `run` gets { extension, places, options, scriptArgs }. */
export const VERBS = {
  install: { operands: "NAME", summary: "install it, unless it is installed and works", run: install },
  reinstall: { operands: "NAME", summary: "install it over what is there; configuration and logins stay", run: renew },
  upgrade: {
    operands: "NAME [SCRIPT ARGS…]",
    summary: "install the version of this repository beside, then switch",
    run: upgrade,
  },
  remove: { operands: "NAME", summary: "remove it; configuration and logins stay", run: remove },
  validate: { operands: "NAME", summary: "does the installed one work?", run: validate },
  status: { operands: "[NAME]", summary: "is it installed, in which version?", run: status },
  info: { operands: "NAME", summary: "what it is and needs", run: info },
  list: { operands: "", summary: "the extensions of this repository", run: list },
  bom: { operands: "NAME", summary: "what has been installed, as a bill of materials", run: bom },
};

async function install(context) {
  const { extension, places } = context;
  const { name } = extension.metadata;
  if (isInstalled(extension, places)) {
    const problems = problemsOf(extension, places);
    if (problems.length === 0) {
      console.log(`${name} is installed already, and works. To install it again: reinstall; a newer one: upgrade.`);
      return;
    }
    console.log([`${name} is installed, but does not work:`, ...problems, "Installing it again."].join("\n"));
  }
  await renew(context);
}

async function renew(context) {
  const { extension, places, options } = context;
  const { name, version } = extension.metadata;
  checkRequirements(extension, places);
  if (options["dry-run"]) {
    console.log(
      `Would run ${extension.install.script.path}, set the environment, validate, and note ${name} ${version} as installed.`,
    );
    return;
  }
  console.log(`Installing ${name} ${version} …`);
  await runOrFail(extension.install.script, [], context);
  finishInstall(context);
  console.log(`${name} ${version} is installed and verified. Open a new terminal for its commands and environment.`);
}

async function upgrade(context) {
  const { extension, places, scriptArgs } = context;
  const { name } = extension.metadata;
  if (!isInstalled(extension, places))
    throw new Failure(`${name} is not installed. Run: ./cli/extension-manager install ${name}`);
  const script = extension.upgrade?.script;
  if (!script) throw new Failure(`${name} has no upgrade script. Run: ./cli/extension-manager reinstall ${name}`);
  await runOrFail(script, scriptArgs, context);
  finishInstall(context);
}

/** What comes after the script. The exports come last: they must not point at something that does not work. */
function finishInstall({ extension, places }) {
  writeTemplates(extension, places);
  const problems = problemsOf(extension, places);
  if (problems.length > 0) throw new Failure(["It was installed, but does not work:", ...problems].join("\n"));
  for (const notice of writeEnvironment(extension, places)) console.log(notice);
  noteInstalled(extension, places);
}

async function remove(context) {
  const { extension, places, options } = context;
  const { name } = extension.metadata;
  const { confirmation, script, paths } = extension.remove ?? {};
  if (options["dry-run"]) {
    console.log(
      `Would run ${script?.path ?? "no script"}, remove ${(paths ?? []).join(" ") || "no paths"}, and note ${name} as removed.`,
    );
    return;
  }
  if (confirmation === true && !options.force && !(await confirmed(`Remove ${name}? (y/N) `))) {
    console.log("Cancelled.");
    return;
  }
  if (script) {
    const code = await run(script, [], context);
    if (code !== 0) console.error(`${script.path} failed with exit code ${code}; going on.`);
  }
  for (const path of paths ?? []) rmSync(expandTilde(path, places.home), { recursive: true, force: true });
  noteRemoved(extension, places);
  console.log(`${name} is removed. To have it back: ./cli/extension-manager install ${name}`);
}

function validate({ extension, places }) {
  const problems = problemsOf(extension, places);
  if (problems.length > 0) throw new Failure(problems.join("\n"));
  console.log(`${extension.metadata.name} works: ${versionLines(extension, places).join(", ")}`);
}

function status({ extension, places }) {
  console.log(`Extension: ${extension.metadata.name}`);
  console.log(`Status: ${isInstalled(extension, places) ? "Installed" : "Not installed"}`);
  for (const line of versionLines(extension, places)) console.log(line);
}

function info({ extension, places }) {
  const { name, version, description, category, homepage, dependencies } = extension.metadata;
  console.log(`${name} ${version} (${category}): ${description}`);
  console.log(`Depends on: ${(dependencies ?? []).join(", ") || "nothing"}`);
  console.log(`Home: ${homepage}`);
  console.log(`Status: ${isInstalled(extension, places) ? `Installed in ${places.workspace}` : "Not installed"}`);
}

function list({ extension, places }) {
  const { name, version, description } = extension.metadata;
  console.log(`${name} ${version} (${isInstalled(extension, places) ? "installed" : "not installed"}): ${description}`);
}

function bom({ extension, places, options }) {
  const bill = readBill(extension, places);
  if (!bill) throw new Failure(`${extension.metadata.name} is not installed, so there is no bill of materials.`);
  const formats = { yaml: stringify, json: (value) => `${JSON.stringify(value, null, 2)}\n` };
  const format = formats[options.format];
  if (!format) throw new Failure(`Unknown format ${options.format}; known: ${Object.keys(formats).join(", ")}`);
  process.stdout.write(format(bill));
}

function checkRequirements({ metadata, requirements }, places) {
  // This program runs in a Node that is new enough, so that there is one.
  const missing = (metadata.dependencies ?? []).filter((name) => name !== "nodejs" && !hasMarker(name, places));
  if (missing.length > 0)
    throw new Failure(`${metadata.name} depends on ${missing.join(", ")}, which must be installed first.`);
  const needed = requirements?.diskSpace ?? 0;
  const { bavail, bsize } = statfsSync(existingAbove(places.workspace));
  const free = Math.floor((bavail * bsize) / 1024 ** 2);
  if (free < needed) throw new Failure(`${places.workspace} has ${free} MB left; ${metadata.name} needs ${needed} MB.`);
}

const existingAbove = (path) => (existsSync(path) ? path : existingAbove(dirname(path)));

function run({ path, timeout = 600 }, args, { extension, places }) {
  return runScript(fileOf(extension, path), args, { seconds: timeout, env: places.environment });
}

/** @throws {Failure} with the script's own exit code; the script has said why */
async function runOrFail(script, args, context) {
  const code = await run(script, args, context);
  if (code === 124) throw new Failure(`${script.path} took longer than ${script.timeout} s and was ended.`, code);
  if (code !== 0) throw new Failure(`${script.path} failed with exit code ${code}.`, code);
}

async function confirmed(question) {
  if (!process.stdin.isTTY) throw new Failure("There is no terminal to ask in. To remove without asking: --force");
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question(question);
  terminal.close();
  return /^y(es)?$/i.test(answer.trim());
}
