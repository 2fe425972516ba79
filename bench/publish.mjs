// node bench/publish.mjs bench/results/FILE.json: writes the numbers of a whole run into docs/performance.md.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SUITES } from "./harness/options.mjs";
import { cellAsText } from "./harness/report.mjs";
import { TABLES } from "./harness/results.mjs";

const DOCUMENT = join(import.meta.dirname, "../docs/performance.md");
const BEGIN = "<!-- measured: begin -->";
const END = "<!-- measured: end -->";
/** Above this, what other work the machine had shows in the numbers. */
const QUIET_LOAD = 0.5;

function main([file]) {
  if (!file) throw new Error("usage: node bench/publish.mjs bench/results/FILE.json");
  const run = JSON.parse(readFileSync(file, "utf8"));
  if (run.scale !== "full" || !SUITES.every((suite) => run.suites?.includes(suite)))
    throw new Error(`${file} is no whole run: take one without --quick, --minutes and --suites`);
  const text = readFileSync(DOCUMENT, "utf8");
  const [before, rest] = text.split(BEGIN);
  const after = rest?.split(END)[1];
  if (after === undefined) throw new Error(`${DOCUMENT} lacks the lines ${BEGIN} and ${END}`);
  writeFileSync(DOCUMENT, `${before}${BEGIN}\n${measured(run)}\n${END}${after}`);
  console.log(`docs/performance.md now has the run of ${run.machine.date}.`);
}

function measured({ machine, turn, targets, tables }) {
  return [conditions(machine, turn), targetTable(targets), ...tables.map(resultTable)].join("\n\n");
}

function conditions({ date, cpu, memoryGb, kernel, node, nginx, commit, loadBefore }, turn) {
  const busy =
    loadBefore > QUIET_LOAD
      ? ` The machine had other work (load average ${loadBefore.toFixed(1)} before the run): read ratios, not digits.`
      : "";
  const beside = nginx ? `, ${nginx.replace("nginx version: ", "")}` : "";
  return `Measured ${date.slice(0, 10)} at commit ${commit}: ${cpu}, ${memoryGb} GB, Linux ${kernel}, Node ${node}${beside}.${busy}
Medians of the rounds with their quartiles; "added" is over a direct connection in the same round.
The body of 50 KB is ${turn === "recorded" ? "a recorded turn of Claude Code" : "made up in the shape of a turn of Claude Code"}.`;
}

function targetTable(targets) {
  const rows = targets.map(({ what, target, measured: value, met }) => [
    what,
    target,
    value,
    met ? "met" : "**not met**",
  ]);
  return `### Targets\n\n${markdown([["what", "target", "measured", ""], ...rows])}`;
}

function resultTable({ id, unit, columns }) {
  const names = new Map(columns.flatMap(({ contenders }) => contenders.map(({ name, label }) => [name, label])));
  const rows = [...names].map(([name, label]) => {
    const cells = columns.map(({ contenders }) => {
      const found = contenders.find((contender) => contender.name === name);
      return cellAsText(found && (found.added ?? found.measured));
    });
    return [TABLES[id].added && name === "direct" ? "direct, as measured" : label, ...cells];
  });
  return `### ${TABLES[id].title} (${unit})\n\n${markdown([["", ...columns.map(({ column }) => column)], ...rows])}`;
}

function markdown([head, ...rows]) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

try {
  main(process.argv.slice(2));
} catch (error) {
  console.error(`publish: ${error.message}`);
  process.exitCode = 1;
}
