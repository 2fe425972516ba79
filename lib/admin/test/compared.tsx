import { ColumnHeads } from "../parts/column-heads.tsx";
import { requestById } from "../state/requests.ts";
import { dollars, duration, grouped } from "../words/format.ts";
import { type Trial, trials } from "./trial.ts";

const COLUMNS = [
  { name: "First token", of: ({ firstMs }: Trial) => firstMs, as: duration },
  { name: "Total", of: ({ totalMs }: Trial) => totalMs, as: duration },
  { name: "Tokens out", of: (trial: Trial) => ended(trial)?.answer.usage.output_tokens, as: grouped },
  { name: "Cost", of: (trial: Trial) => requestById(trial.decision?.requestId ?? "")?.cost, as: dollars },
] as const;

/** The answers in figures, one below the other; the best time and the best price stand out. */
export function Compared() {
  return (
    <section class="card compared" aria-labelledby="compared-title">
      <h2 id="compared-title">Compared</h2>
      <table class="sums">
        <ColumnHeads texts={["Model"]} numbers={COLUMNS.map(({ name }) => name)} />
        <tbody>
          {trials.value.map((trial, at) => (
            <tr key={at}>
              <th scope="row">
                <span class="mono">{trial.asked}</span>{" "}
                <span class="small muted">{trial.decision?.provider && `by ${trial.decision.provider}`}</span>
              </th>
              {COLUMNS.map((column) => (
                <Figure key={column.name} column={column} trial={trial} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Figure({ column: { name, of, as }, trial }: { column: (typeof COLUMNS)[number]; trial: Trial }) {
  const value = of(trial);
  const all = trials.value.map(of);
  const known = all.filter((one) => one !== undefined);
  const best =
    name !== "Tokens out" && value !== undefined && known.length === all.length && value === Math.min(...known);
  return (
    <td class={best ? "number best" : "number"}>
      {value === undefined ? <span class="muted">–</span> : as(value)}
      {best && <span class="sr-only"> the best</span>}
    </td>
  );
}

function ended(trial: Trial): Trial | undefined {
  return trial.totalMs === undefined ? undefined : trial;
}
