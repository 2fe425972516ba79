// The results as a text for a terminal.
import { TABLES } from "./results.mjs";
import { format } from "./targets.mjs";

/** @param {import("./results.mjs").Results} results */
export function tablesAsText(results) {
  return results
    .tables()
    .map((id) => tableAsText(results, id))
    .join("\n\n");
}

function tableAsText(results, id) {
  const { title, unit, added } = TABLES[id];
  const columns = results.columns(id);
  const rows = results.contenders(id).map(({ name, label }) => {
    const isBase = added && name === "direct";
    const cell = (column) => (added && !isBase ? results.added(id, column, name) : results.plain(id, column, name));
    return [isBase ? "direct, as measured" : label, ...columns.map((column) => cellAsText(cell(column)))];
  });
  return `${title} (${unit}; median [quartiles])\n${grid([["", ...columns], ...rows])}`;
}

export function cellAsText(summary) {
  if (!summary) return "–";
  const { median, q1, q3, rounds } = summary;
  return rounds < 2 ? format(median) : `${format(median)} [${format(q1)} ${format(q3)}]`;
}

/** @param {{what: string, target: string, measured: string, met: boolean}[]} verdicts */
export function targetsAsText(verdicts) {
  const rows = verdicts.map(({ what, target, measured, met }) => [what, target, measured, met ? "met" : "NOT met"]);
  const met = verdicts.filter((verdict) => verdict.met).length;
  return `Targets\n${grid([["", "target", "measured", ""], ...rows])}\n${met} of ${verdicts.length} met.`;
}

function grid(rows) {
  const widths = rows[0].map((_, at) => Math.max(...rows.map((row) => [...row[at]].length)));
  const line = (row) =>
    row
      .map((cell, at) => (at === 0 ? cell.padEnd(widths[at]) : cell.padStart(widths[at])))
      .join("  ")
      .trimEnd();
  return rows.map((row) => `  ${line(row)}`).join("\n");
}
