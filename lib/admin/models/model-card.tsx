import { useSignal } from "@preact/signals";
import type { ConfigTree } from "../../config/schema.ts";
import type { ModelView } from "../../server/admin/views.ts";
import { ConfirmButton } from "../parts/confirm-button.tsx";
import { SelectField, TextField } from "../parts/fields.tsx";
import { Pill } from "../parts/pill.tsx";
import { saveChanges } from "../state/edit.ts";
import { deleteModel, renameModel, routesTo } from "../words/restructure.ts";
import { RULE_WORDS } from "../words/rules.ts";
import { STRATEGIES, strategyWord } from "../words/strategies.ts";
import { AddLink } from "./add-link.tsx";
import { Chain } from "./chain.tsx";
import { WhereNow } from "./where-now.tsx";

export function ModelCard({ model, tree }: { model: ModelView; tree: ConfigTree }) {
  const editing = useSignal(false);
  const written = tree.models.find(({ name }) => name === model.name);
  const routes = routesTo(tree, model.name);
  if (!written) return null;
  return (
    <li class="card model">
      <div class="card-head">
        <h2 class="mono">{model.name}</h2>
        <span class="pills">
          {routes.map((route) => (
            <Pill key={route} tone="ok" title={`[router.${route}] leads here`}>
              {RULE_WORDS[route]}
            </Pill>
          ))}
          <Pill tone="info" title={`strategy = "${model.strategy}"`}>
            {strategyWord(model.strategy)}
          </Pill>
          {model.affinity === "session" && <Pill title='affinity = "session"'>a conversation stays with one</Pill>}
        </span>
      </div>
      {written.providers.length === 0 && <p class="small bad-text">No provider serves this model.</p>}
      <Chain model={model} written={written} />
      <div class="card-foot">
        <AddLink model={model} written={written} />
        <button
          type="button"
          class="button small"
          aria-expanded={editing.value}
          onClick={() => (editing.value = !editing.value)}
          aria-label={`Settings of ${model.name}`}
        >
          Settings
        </button>
        <WhereNow model={model.name} chain={JSON.stringify(model)} />
      </div>
      {editing.value && <ModelSettings model={model} tree={tree} />}
    </li>
  );
}

function ModelSettings({ model: { name }, tree }: { model: ModelView; tree: ConfigTree }) {
  const written = tree.models.find((entry) => entry.name === name);
  const at = (key: string) => ["models", name, key];
  const routes = routesTo(tree, name);
  const defaultStrategy = { value: "", label: `as the router says: ${strategyWord(tree.router.strategy)}` };
  return (
    <div class="model-settings">
      <div class="fields">
        <TextField
          label="Name"
          path={at("name")}
          value={name}
          hint="Routes that lead here follow."
          changes={(to) => renameModel(tree, name, String(to ?? ""))}
        />
        <SelectField
          label="Strategy"
          path={at("strategy")}
          value={written?.strategy ?? ""}
          choices={[defaultStrategy, ...STRATEGIES.map(({ id, says }) => ({ value: id, label: says }))]}
        />
        <SelectField
          label="A conversation"
          path={at("affinity")}
          value={written?.affinity ?? "session"}
          choices={[
            { value: "session", label: "stays with one provider, for its prompt cache" },
            { value: "none", label: "may change provider with every request" },
          ]}
        />
      </div>
      <ConfirmButton
        label="Delete …"
        name={`Delete ${name}`}
        yes={`Delete ${name}`}
        onYes={() => saveChanges(`deleted ${name}`, ...deleteModel(tree, name))}
      >
        {routes.length === 0
          ? "No route leads to it."
          : `These routes lead to it and would be unset: ${routes.map((route) => RULE_WORDS[route]).join(", ")}.`}
        {routes.includes("default") && (
          <strong class="bad-text"> Names that nothing else knows would then have nowhere to go.</strong>
        )}
      </ConfirmButton>
    </div>
  );
}
