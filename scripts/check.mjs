// Everything that can be said about the code without running it: types, lint and format, import direction and circles,
// dead code. All checks run side by side; each failure is shown whole.
import { spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

const CHECKS = {
  types: ["tsc", "-p", "."],
  "types of the page": ["tsc", "-p", "lib/admin"],
  "lint and format": ["biome", "check", "--error-on-warnings", "."],
  imports: ["depcruise", "--config", ".dependency-cruiser.cjs", "--output-type", "err", "lib"],
  "dead code": ["knip"],
};

/** @returns the check's output when it failed */
function run([program, ...args]) {
  return new Promise((resolve) => {
    const child = spawn(join(root, "node_modules/.bin", program), args, {
      cwd: root,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
    child.on("error", (error) => resolve(error.message));
    child.on("close", (code) => resolve(code === 0 ? undefined : output || `exit code ${code}`));
  });
}

let failed = 0;
await Promise.all(
  Object.entries(CHECKS).map(async ([name, command]) => {
    const problem = await run(command);
    if (problem) failed++;
    console.log(problem ? `✗ ${name}\n${problem}` : `✓ ${name}`);
  }),
);
console.log(failed === 0 ? "The code is clean." : `${failed} of ${Object.keys(CHECKS).length} checks failed.`);
process.exitCode = failed === 0 ? 0 : 1;
