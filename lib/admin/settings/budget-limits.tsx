import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { RULES } from "../../catalog/route-names.ts";
import type { ConfigTree } from "../../config/schema.ts";
import { TextField } from "../parts/fields.tsx";
import { saveChanges } from "../state/edit.ts";

import { ruleWord } from "../words/rules.ts";

const PERIODS = ["day", "week", "month"] as const;
type Scope = "providers" | "routes";

const SCOPES = {
  providers: { title: "Limits of single providers", says: "Others of the same model serve once it is used up." },
  routes: { title: "Limits of single routes", says: "" },
} as const satisfies Record<Scope, { title: string; says: string }>;

/** The limits that hold for one provider or one route alone. */
export function BudgetLimits({ tree, scope }: { tree: ConfigTree; scope: Scope }) {
  const id = useId();
  /** Chosen, but without a limit yet: it is not in the file. */
  const begun = useSignal("");
  const limits = tree.budget?.[scope] ?? {};
  const known = scope === "providers" ? tree.providers.map(({ name }) => name) : RULES;
  const set = Object.keys(limits);
  const names = begun.value === "" || set.includes(begun.value) ? set : [...set, begun.value];
  const free = known.filter((name) => !names.includes(name));
  const { title, says } = SCOPES[scope];
  return (
    <div class="budget-limits">
      <h3>{title}</h3>
      {says !== "" && <p class="small muted">{says}</p>}
      {names.map((name) => (
        <fieldset key={name} class="fields">
          <legend>
            {scope === "routes" ? ruleWord(name) : name}
            {set.includes(name) && (
              <button
                type="button"
                class="quiet-button"
                aria-label={`Remove the limits of ${name}`}
                onClick={() => saveChanges(`no limits for ${name}`, { path: ["budget", scope, name], delete: true })}
              >
                Remove
              </button>
            )}
          </legend>
          {PERIODS.map((period) => (
            <TextField
              key={period}
              label={`$ a ${period}`}
              kind="number"
              path={["budget", scope, name, period]}
              value={limits[name]?.[period]}
            />
          ))}
        </fieldset>
      ))}
      {free.length > 0 && (
        <p class="buttons">
          <label for={id}>Add limits for</label>
          <select id={id} value="" onChange={(event) => (begun.value = event.currentTarget.value)}>
            <option value="">choose …</option>
            {free.map((name) => (
              <option key={name} value={name}>
                {scope === "routes" ? ruleWord(name) : name}
              </option>
            ))}
          </select>
        </p>
      )}
    </div>
  );
}
