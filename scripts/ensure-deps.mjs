// Installs what package-lock.json names when node_modules does not hold it. Silent when there is nothing to do.
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { locked } from "./lock.mjs";
import { run, say } from "./progress.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/** @throws {Error} that says what failed and what to do */
export async function ensureDeps() {
  if (await isInstalled()) return;
  await locked(join(root, ".cache/install.lock"), async () => {
    if (await isInstalled()) return;
    // Not `npm ci`: it refuses a lock file that was written where packages for other platforms could not be seen.
    const args = ["install", "--no-save", "--no-audit", "--no-fund", "--loglevel=error"];
    const options = { cwd: root, env: npmEnvironment() };
    await run("Installing the packages that the build needs (a minute at most)", npm(), args, options).catch(
      (error) => {
        throw new Error(
          `${error.message}\nThe packages could not be installed. Is the npm registry reachable? Then run: npm install`,
        );
      },
    );
  });
}

/** npm notes what it has installed; every package of the lock file must be there, in the same version. */
async function isInstalled() {
  const [wanted, installed] = await Promise.all([
    readPackages(join(root, "package-lock.json")),
    readPackages(join(root, "node_modules/.package-lock.json")),
  ]);
  return Object.entries(wanted).every(([path, { version, optional }]) => {
    if (path === "") return true;
    const found = installed[path];
    return found ? found.version === version : optional === true;
  });
}

async function readPackages(path) {
  try {
    return JSON.parse(await readFile(path, "utf8")).packages ?? {};
  } catch (error) {
    if (error.code === "ENOENT") return {};
    throw new Error(`${path} cannot be read: ${error.message}`);
  }
}

/** The npm that came with this Node, else the one on PATH. */
export function npm() {
  const beside = join(dirname(process.execPath), "npm");
  return existsSync(beside) ? beside : "npm";
}

/** npm starts `node` by name: it must be this one. */
export function npmEnvironment() {
  return { ...process.env, PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH ?? ""}` };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await ensureDeps().catch((error) => {
    say(error.message);
    process.exitCode = 1;
  });
}
