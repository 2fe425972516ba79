import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

/**
 * What tells one process from every other that had or will have its number: the pid, and when it began.
 * `start` is opaque: compare it, do not read it.
 */
export interface ProcessIdentity {
  pid: number;
  start: string;
}

/** @returns undefined when no process has that pid, or only a dead one that nobody has collected yet (a zombie) */
export function identify(pid: number): ProcessIdentity | undefined {
  const start = process.platform === "linux" ? startFromProc(pid) : startFromPs(pid);
  return start === undefined ? undefined : { pid, start };
}

/** Does this very process still run? A stranger that got the same pid later does not count. */
export function isRunning(who: ProcessIdentity): boolean {
  return identify(who.pid)?.start === who.start;
}

/**
 * Sends a signal to exactly this process, never to a stranger that got its pid.
 * @returns false when it no longer runs
 */
export function signalProcess(who: ProcessIdentity, signal: NodeJS.Signals): boolean {
  if (!isRunning(who)) return false;
  try {
    process.kill(who.pid, signal);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
    throw error;
  }
}

/** The command line as the process was started; undefined where it may not be read. */
export function commandLine(pid: number): string[] | undefined {
  if (process.platform === "linux") {
    const raw = readProc(`/proc/${pid}/cmdline`);
    return raw ? raw.replace(/\0$/, "").split("\0") : undefined;
  }
  const command = ps(pid, "command=");
  return command === undefined ? undefined : command.split(" ");
}

/** The process that started it; 1 (or the session's reaper) when that one has ended. */
export function parentOf(pid: number): number | undefined {
  const parent = process.platform === "linux" ? procFields(pid)?.[1] : ps(pid, "ppid=");
  return parent === undefined ? undefined : Number(parent);
}

/** proc(5): the second field is the name in brackets and may hold anything; these are the ones behind it, from the state on. */
function procFields(pid: number): string[] | undefined {
  const stat = readProc(`/proc/${pid}/stat`);
  return stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
}

/** The start time is the 22nd field. */
function startFromProc(pid: number): string | undefined {
  const fields = procFields(pid);
  const [state, ticks] = [fields?.[0], fields?.[19]];
  if (!ticks || state === "Z" || state === "X") return undefined;
  // Ticks count from the boot of the machine, so they may repeat after the next one.
  const boot = readProc("/proc/sys/kernel/random/boot_id")?.trim() ?? "";
  return `${boot}/${ticks}`;
}

function startFromPs(pid: number): string | undefined {
  const line = ps(pid, "state=,lstart=");
  if (!line) return undefined;
  const [state = "", ...start] = line.split(/\s+/);
  return state.startsWith("Z") || start.length === 0 ? undefined : start.join(" ");
}

function ps(pid: number, columns: string): string | undefined {
  const done = spawnSync("ps", ["-o", columns, "-p", String(pid)], {
    encoding: "utf8",
    env: { ...process.env, LC_ALL: "C", TZ: "UTC" },
  });
  return done.status === 0 ? done.stdout.trim() || undefined : undefined;
}

function readProc(path: string): string | undefined {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return undefined; // gone, or not ours to read
  }
}
