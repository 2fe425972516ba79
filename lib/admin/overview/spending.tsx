import "./spending.css";
import type { UsageGroup } from "../../journal/usage-report.ts";
import { ColumnHeads } from "../parts/column-heads.tsx";
import { CsvLink } from "../parts/csv-link.tsx";
import { Loaded } from "../parts/loaded.tsx";
import { Empty } from "../parts/messages.tsx";
import { RadioChoice } from "../parts/radio-choice.tsx";
import { usage, usageBy, usageFile } from "../state/usage.ts";
import { compact, dollars, grouped, percent } from "../words/format.ts";
import { ruleWord } from "../words/rules.ts";
import { Budgets } from "./budgets.tsx";
import { promptTokens } from "./numbers.tsx";

const GROUPINGS = [
  { value: "provider", label: "Provider" },
  { value: "route", label: "Route" },
  { value: "model", label: "Model" },
] as const;
const NUMBERS = ["Requests", "Tokens in", "From cache", "Tokens out", "Cost"];

/** Where today's tokens and money went, and what is left of the budgets. */
export function Spending() {
  return (
    <section aria-labelledby="spending-title">
      <div class="section-head">
        <h2 id="spending-title">Tokens and cost today</h2>
        <CsvLink href={usageFile.value} of="today's tokens and cost" />
        <RadioChoice legend="By" value={usageBy} choices={GROUPINGS} />
      </div>
      <Loaded from={usage} what="what was used">
        {(view) => (
          <div class="spending">
            <div class="card">
              {view.items.length === 0 ? (
                <Empty title="Nothing was used today" />
              ) : (
                <Sums items={view.items} by={view.by} />
              )}
            </div>
            <Budgets view={view} />
          </div>
        )}
      </Loaded>
    </section>
  );
}

function Sums({ items, by }: { items: readonly UsageGroup[]; by: string }) {
  const dearest = Math.max(...items.map(({ cost }) => cost));
  const most = Math.max(...items.map((item) => promptTokens(item) + item.output));
  return (
    <table class="sums">
      <ColumnHeads texts={GROUPINGS.flatMap(({ value, label }) => (value === by ? [label] : []))} numbers={NUMBERS} />
      <tbody>
        {items.map((item) => {
          const share = dearest > 0 ? item.cost / dearest : (promptTokens(item) + item.output) / Math.max(1, most);
          return (
            <tr key={item.name}>
              <th scope="row">
                <span class={by === "model" ? "mono" : ""}>{nameOf(item.name, by)}</span>
                <span class="share" aria-hidden="true">
                  <i style={{ width: `${share * 100}%` }} />
                </span>
              </th>
              <td class="number">{grouped(item.requests)}</td>
              <td class="number">{compact(promptTokens(item))}</td>
              <td class="number">{item.cache_hit_rate === undefined ? "–" : percent(item.cache_hit_rate)}</td>
              <td class="number">{compact(item.output)}</td>
              <td
                class="number"
                title={item.unpriced > 0 ? `${item.unpriced} of unknown price are not in it` : undefined}
              >
                {dollars(item.cost)}
                {item.unpriced > 0 && <span class="muted"> + ?</span>}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function nameOf(name: string, by: string): string {
  if (name === "") return by === "route" ? "no route" : "nobody was asked";
  return by === "route" ? ruleWord(name) : name;
}
