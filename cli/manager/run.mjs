import { spawn, spawnSync } from "node:child_process";
import { constants } from "node:os";

/** What a shell reports of a command that `timeout` has ended. */
const TIMED_OUT = 124;

/**
 * Runs one of the extension's scripts, in the directory and the terminal of the caller.
 * @returns {Promise<number>} its exit code, 124 when it took longer than it may
 */
export function runScript(path, args, { seconds, env }) {
  return new Promise((resolve, reject) => {
    const ignore = () => undefined;
    process.on("SIGINT", ignore); // it reaches the script as well, which then tidies up
    const child = spawn("bash", [path, ...args], { stdio: "inherit", env });
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill("SIGTERM");
    }, seconds * 1000);
    child.on("error", reject);
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      process.off("SIGINT", ignore);
      resolve(late ? TIMED_OUT : (code ?? 128 + constants.signals[signal]));
    });
  });
}

/** Runs a command and returns what it says. `found`: is there such a command? */
export function ask(command, args, { seconds, env }) {
  const done = spawnSync(command, args, {
    env,
    timeout: seconds * 1000,
    killSignal: "SIGKILL",
    stdio: ["ignore", "pipe", "pipe"],
    encoding: "utf8",
  });
  const output = `${done.stdout ?? ""}${done.stderr ?? ""}`;
  if (done.error?.code === "ENOENT") return { found: false, code: 127, output };
  if (done.error?.code === "ETIMEDOUT") return { found: true, code: TIMED_OUT, output };
  return { found: true, code: done.status ?? 1, output };
}
