// What a soak has shown: for the terminal, and for docs/performance.md.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const DOCUMENT = join(import.meta.dirname, "../../docs/performance.md");
const BEGIN = "<!-- soak: begin -->";
const END = "<!-- soak: end -->";

/** `logging.journal_mb` of the soaked server: small enough to be reached. */
export const JOURNAL_MB = 20;
/** MB. The log: five files of two; the journal: what is configured, the piece that is being filled, and the sums. */
const MOST = { log: 10.1, journal: JOURNAL_MB * 1.25 };
/** A slope over less says more of the warming up than of a leak. */
const TELLING_MINUTES = 10;

/** @returns {{what: string, target: string, measured: string, met: boolean | undefined}[]} `met` undefined: too short to say */
export function judgeSoak({ seconds, slopes, idle, after, upstream, highest, underWay, errors }) {
  const telling = seconds >= TELLING_MINUTES * 60;
  const left = after.files - idle.files - upstream.open;
  return [
    row("RSS, slope", "≤ 1 MB per 10 min", `${signed(slopes.rss, 2)} MB`, telling ? slopes.rss <= 1 : undefined),
    row(
      "private memory, slope",
      "≤ 1 MB per 10 min",
      `${signed(slopes.private, 2)} MB`,
      telling ? slopes.private <= 1 : undefined,
    ),
    row("open files, slope", "≤ 1 per 10 min", signed(slopes.files, 1), telling ? slopes.files <= 1 : undefined),
    row(
      "open files after the load, without the pool of upstream connections",
      "as before, ± 3",
      signed(left, 0),
      Math.abs(left) <= 3,
    ),
    row("requests under way after the load", "0", `${underWay}`, underWay === 0),
    row("log, at most", `${Math.floor(MOST.log)} MB`, `${highest.log.toFixed(1)} MB`, highest.log <= MOST.log),
    row("journal, at most", `${MOST.journal} MB`, `${highest.journal.toFixed(1)} MB`, highest.journal <= MOST.journal),
    row("errors in the log", "0", `${errors}`, errors === 0),
  ];
}

function row(what, target, measured, met) {
  return { what, target, measured, met };
}

export function soakAsText(run, verdicts) {
  const { seconds, wires, answers, aborted, upstream, idle, after, highest } = run;
  const mb = (key) =>
    `${idle[key].toFixed(1)} before, ${highest[key].toFixed(1)} at most, ${after[key].toFixed(1)} after`;
  const lines = verdicts.map(
    ({ what, target, measured, met }) => `  ${mark(met)} ${what}: ${measured} (target ${target})`,
  );
  return `Soak of ${minutes(seconds)} over ${wires.join(", ")}: ${answers} answers, none failed, and ${aborted} streams that the client aborted
  (${upstream.cut} of them were cut upstream; the others were taken up by a client that came back with the same body).
  RSS (MB)             ${mb("rss")}
  private memory (MB)  ${mb("private")}
  open files           ${idle.files} before, ${highest.files} at most, ${after.files} after

${lines.join("\n")}`;
}

function mark(met) {
  return met === undefined ? "·" : met ? "✔" : "✖";
}

/** Replaces the soak's part of docs/performance.md. */
export function publishSoak(machine, run) {
  const text = readFileSync(DOCUMENT, "utf8");
  const [before, rest] = text.split(BEGIN);
  const after = rest?.split(END)[1];
  if (after === undefined) throw new Error(`${DOCUMENT} lacks the lines ${BEGIN} and ${END}`);
  writeFileSync(DOCUMENT, `${before}${BEGIN}\n${section(machine, run)}\n${END}${after}`);
}

function section({ date, cpu, memoryGb, kernel, node, commit, loadBefore }, run) {
  const { seconds, wires, answers, aborted, upstream, idle, highest, after, targets } = run;
  const cells = (key, digits) => [idle, highest, after].map((sample) => sample[key].toFixed(digits));
  const rows = targets.map(({ what, target, measured, met }) => [
    what,
    target,
    measured,
    met === undefined ? "too short to say" : met ? "met" : "**not met**",
  ]);
  return `Soaked ${date.slice(0, 10)} at commit ${commit} for ${minutes(seconds)}: ${cpu}, ${memoryGb} GB, Linux ${kernel}, Node ${node}, load average ${loadBefore.toFixed(1)} before.
JSON, bodies of 1 MB, streams and streams that the client aborts, all at once, over ${wires.join(", ")}:
${answers} answers, none failed, and ${aborted} streams aborted by the client, ${upstream.cut} of them cut upstream; the others were
taken up by a client that came back with the same body.

${markdown([
  ["", "before", "at most", "45 s after"],
  ["RSS (MB)", ...cells("rss", 1)],
  ["private memory (MB)", ...cells("private", 1)],
  ["open files", ...cells("files", 0)],
  ["log (MB)", ...cells("log", 1)],
  ["journal (MB)", ...cells("journal", 1)],
])}

${markdown([["what", "target", "measured", ""], ...rows])}`;
}

function markdown([head, ...rows]) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

function minutes(seconds) {
  return `${Math.round((seconds / 60) * 10) / 10} min`;
}

function signed(value, digits) {
  return `${value >= 0 ? "+" : ""}${value.toFixed(digits)}`;
}
