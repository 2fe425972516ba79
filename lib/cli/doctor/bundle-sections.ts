import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { homedir, release } from "node:os";
import { maskText } from "../../config/mask.ts";
import { stateDir } from "../../daemon/state-dir.ts";
import { type Found, readBack } from "../../journal/read-back.ts";
import { sinceDay, usageReport } from "../../journal/usage-report.ts";
import { findProgram } from "../find-program.ts";
import { lastLogLines } from "../log-history.ts";
import { painter } from "../terminal.ts";
import { openBooks } from "../usage-books.ts";
import { usageText } from "../usage-text.ts";
import type { VerbContext } from "../verb.ts";
import { VERSION } from "../version.ts";
import type { Examination } from "./examine.ts";
import type { Finding } from "./finding.ts";

export interface Section {
  title: string;
  lines: string[];
}

/** How much is told of each. */
const MOST = { requests: 30, failures: 20, logLines: 400 };
const PLAIN = painter(false);
/** With `logging.log_bodies`, the log holds what was said. */
const BODY_LINE = /^\S+ \w+ +(?:request|answer) body {2}|"message":"(?:request|answer) body"/;
const VERSION_TIMEOUT_MS = 5_000;

/** What the bundle tells, secrets not yet taken out. */
export async function sections(
  context: VerbContext,
  { findings, config, found }: Examination,
  now: Date,
): Promise<{ sections: Section[]; stateDir: string; home: string }> {
  const { env } = context;
  const { dir, logFile } = stateDir(env);
  const home = env.HOME || homedir();
  return {
    stateDir: dir,
    home,
    sections: [
      { title: "Versions", lines: await versions(env, now) },
      { title: "What ccmctl doctor found", lines: findings.flatMap(findingLines) },
      { title: "The server", lines: found.state === "running" ? pretty(found.health) : [found.state] },
      { title: `The configuration, ${config.path}`, lines: await configLines(config.path) },
      { title: "Usage", lines: usageLines(env, now) },
      ...(await requestSections(openBooks(env).dir)),
      { title: `The log, ${logFile}`, lines: logLines(logFile) },
    ],
  };
}

async function versions(env: NodeJS.ProcessEnv, now: Date): Promise<string[]> {
  const claude = findProgram("claude", env);
  const names = Object.keys(env).filter((name) => /^(?:ANTHROPIC|CLAUDE|CCM|WORKSPACE$)|_PROXY$|_KEY$/i.test(name));
  return [
    `made             ${now.toISOString()}`,
    `claude-code-mux  ${VERSION}`,
    `Node             ${process.version}`,
    `system           ${process.platform} ${release()} ${process.arch}`,
    `Claude Code      ${claude ? await versionOf(claude, env) : "not on PATH"}`,
    `variables set    ${names.sort().join(" ") || "none of ours"}`,
  ];
}

function versionOf(program: string, env: NodeJS.ProcessEnv): Promise<string> {
  return new Promise((resolve) => {
    execFile(program, ["--version"], { env, timeout: VERSION_TIMEOUT_MS }, (error, stdout) =>
      resolve(error ? `does not tell its version (${error.code ?? error.signal})` : (stdout.split("\n")[0] ?? "")),
    ).stdin?.end();
  });
}

function findingLines({ level, what, mend }: Finding): string[] {
  return [`${level.padEnd(5)} ${what}`, ...(mend === undefined ? [] : [`      → ${mend}`])];
}

async function configLines(path: string): Promise<string[]> {
  try {
    return (await maskText(readFileSync(path, "utf8"))).trimEnd().split("\n");
  } catch (error) {
    return [`It cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)}).`];
  }
}

function usageLines(env: NodeJS.ProcessEnv, now: Date): string[] {
  const since = sinceDay("7d", now.getTime()) ?? "";
  return usageText(usageReport(openBooks(env).books.rows(since), "provider", since), { paint: PLAIN });
}

async function requestSections(dir: string): Promise<Section[]> {
  const newest = await readBack(dir, { limit: MOST.requests });
  const without = new Set(newest.map(({ entry }) => entry.id));
  const worse = await Promise.all(
    (["failed", "cut"] as const).map((outcome) =>
      readBack(dir, { limit: MOST.failures, without, filter: { outcome } }),
    ),
  );
  const failures = worse.flat().sort((a, b) => b.entry.time - a.entry.time);
  const lines = (found: readonly Found[]) => found.map(({ entry }) => JSON.stringify(entry));
  return [
    { title: "The newest requests, the newest first", lines: lines(newest) },
    { title: "Before them, failed or cut ones", lines: lines(failures.slice(0, MOST.failures)) },
  ];
}

function logLines(path: string): string[] {
  const lines = lastLogLines(path, MOST.logLines);
  const told = lines.filter((line) => !BODY_LINE.test(line));
  const left = lines.length - told.length;
  return left === 0 ? told : [`(${left} lines with what was asked and answered are left out)`, ...told];
}

function pretty(value: unknown): string[] {
  return JSON.stringify(value, null, 2).split("\n");
}
