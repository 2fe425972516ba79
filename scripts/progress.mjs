// Runs a command that may take long so that its user always sees that it lives: a line at the start, one every five
// seconds, one at the end; the command's own words only when it fails.
// As a program: node scripts/progress.mjs "Installing x" command args...
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const EVERY_MS = 5000;
const SHOWN_LINES = 30;

/** Says a line of progress. It goes to stderr: it is never part of a command's own output. */
export function say(line) {
  process.stderr.write(`${line}\n`);
}

/** `1.2 s`, `14 s` */
export function seconds(ms) {
  return `${ms < 10_000 ? (ms / 1000).toFixed(1) : Math.round(ms / 1000)} s`;
}

/**
 * Runs a command; its output is kept back.
 * @returns {Promise<string>} what it wrote
 * @throws {Error} with the last lines of what it wrote when it cannot be run or fails
 */
export async function run(title, command, args, options = {}) {
  const started = Date.now();
  say(`${title}…`);
  const timer = setInterval(() => say(`  … still at it after ${seconds(Date.now() - started)}`), EVERY_MS);
  try {
    const output = await outputOf(command, args, options);
    say(`  done in ${seconds(Date.now() - started)}`);
    return output;
  } finally {
    clearInterval(timer);
  }
}

function outputOf(command, args, options) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    const keep = (chunk) => {
      output = (output + chunk).slice(-200_000);
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    child.on("error", (error) => reject(new Error(`${command} cannot be run: ${error.message}`, { cause: error })));
    child.on("close", (code, signal) => {
      if (code === 0) return resolve(output);
      const tail = output.trimEnd().split("\n").slice(-SHOWN_LINES).join("\n");
      reject(new Error(`${command} ${args.join(" ")} failed (${signal ?? `exit ${code}`}):\n${tail}`));
    });
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [title, command, ...args] = process.argv.slice(2);
  await run(title, command, args).catch((error) => {
    say(error.message);
    process.exitCode = 1;
  });
}
