// On what, and on what state of the source, the numbers were had.
import { spawnSync } from "node:child_process";
import { cpus, loadavg, release, totalmem } from "node:os";

export function describeMachine() {
  return {
    date: new Date().toISOString(),
    cpu: `${cpus().length} × ${cpus()[0]?.model.trim()}`,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    node: process.version,
    nginx: firstLine("nginx", ["-v"]),
    commit: firstLine("git", ["describe", "--always", "--dirty"]),
    loadBefore: loadNow(),
  };
}

/** The one-minute load average: on a busy machine only ratios mean anything. */
export function loadNow() {
  return loadavg()[0];
}

function firstLine(command, args) {
  const { stdout, stderr, error } = spawnSync(command, args, { cwd: import.meta.dirname, encoding: "utf8" });
  return error ? undefined : (stdout || stderr).trim().split("\n")[0];
}
