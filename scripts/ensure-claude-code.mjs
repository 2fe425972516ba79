// Installs the current Claude Code into .cache/claude-code for the tests that drive it, and prints where its binary is.
// Asks the registry once a day; keeps what it has when the registry does not answer.
// Exit codes: 0 there it is, 2 the registry cannot be reached, 1 anything else.
import { existsSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { npm, npmEnvironment } from "./ensure-deps.mjs";
import { locked } from "./lock.mjs";
import { run, say } from "./progress.mjs";

const PACKAGE = "@anthropic-ai/claude-code";
const DAY_MS = 24 * 60 * 60 * 1000;

/** A registry that did not answer is not asked again by the next test file. */
const GIVE_IT_MS = 5 * 60 * 1000;
/** npm's words for a registry that is not there. */
const NETWORK =
  /npm error code (ECONN\w+|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT|E5\d\d)/;

/** The registry cannot be reached: no fault of ours. */
class Unreachable extends Error {}

const folder = join(dirname(fileURLToPath(import.meta.url)), "..", ".cache/claude-code");
const note = join(folder, "installed.json");
const failure = join(folder, "unreachable.json");

/**
 * @returns {Promise<string>} path of the binary
 * @throws {Unreachable} when there is none and the registry cannot be reached
 */
export async function ensureClaudeCode(now = Date.now()) {
  return locked(`${folder}.lock`, async () => {
    const installed = await readNote();
    if (installed && now - installed.checked < DAY_MS) return installed.binary;
    await mkdir(folder, { recursive: true });
    const version = await currentVersion(now).catch((error) => {
      if (!installed || !(error instanceof Unreachable)) throw error;
      say(`The npm registry does not answer; testing with Claude Code ${installed.version}.`);
    });
    if (installed && (version === undefined || version === installed.version)) {
      if (version !== undefined) await writeNote({ ...installed, checked: now });
      return installed.binary;
    }
    await rm(join(folder, "node_modules"), { recursive: true, force: true });
    await writeFile(join(folder, "package.json"), '{ "private": true }\n');
    await npmRun(`Installing Claude Code ${version} for the tests (about 100 MB)`, [
      "install",
      "--ignore-scripts",
      "--no-save",
      `${PACKAGE}@${version}`,
    ]);
    const binary = binaryPath();
    await writeNote({ version, binary, checked: now });
    return binary;
  });
}

async function currentVersion(now) {
  const last = await readJson(failure);
  if (last && now - last.time < GIVE_IT_MS) throw new Unreachable(last.message);
  try {
    const args = ["view", PACKAGE, "version", "--fetch-timeout=20000"];
    return (await npmRun("Asking for the current version of Claude Code", args)).trim();
  } catch (error) {
    if (error instanceof Unreachable) await writeFile(failure, JSON.stringify({ time: now, message: error.message }));
    throw error;
  }
}

async function npmRun(title, args) {
  try {
    return await run(title, npm(), [...args, "--no-audit", "--no-fund", "--loglevel=error", "--fetch-retries=1"], {
      cwd: folder,
      env: npmEnvironment(),
    });
  } catch (error) {
    const code = NETWORK.exec(error.message)?.[1];
    throw code ? new Unreachable(`the npm registry cannot be reached (${code}).`, { cause: error }) : error;
  }
}

/** The package itself is a launcher; the program is in the package of this platform. */
function binaryPath() {
  const libc = process.platform === "linux" && !process.report.getReport().header.glibcVersionRuntime ? "-musl" : "";
  const name = `claude-code-${process.platform}-${process.arch}${libc}`;
  const binary = join(
    folder,
    "node_modules/@anthropic-ai",
    name,
    process.platform === "win32" ? "claude.exe" : "claude",
  );
  if (!existsSync(binary)) throw new Error(`${PACKAGE} was installed, but it has no ${name} for this machine.`);
  return binary;
}

async function readNote() {
  const installed = await readJson(note);
  return installed && existsSync(installed.binary) ? installed : undefined;
}

async function writeNote(installed) {
  await writeFile(note, `${JSON.stringify(installed)}\n`);
  await rm(failure, { force: true });
}

async function readJson(path) {
  try {
    return JSON.parse(await readFile(path, "utf8"));
  } catch (error) {
    if (error.code === "ENOENT" || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    console.log(await ensureClaudeCode());
  } catch (error) {
    say(`Claude Code is not available: ${error.message}`);
    process.exitCode = error instanceof Unreachable ? 2 : 1;
  }
}
