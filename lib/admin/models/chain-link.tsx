import { useSignal } from "@preact/signals";
import type { MappingView, ModelView } from "../../server/admin/views.ts";
import { TextField } from "../parts/fields.tsx";
import { Icon } from "../parts/icons.tsx";
import { Pill } from "../parts/pill.tsx";
import { ProviderStateView } from "../parts/provider-state.tsx";
import { type ConfigPath, saveChanges } from "../state/edit.ts";
import { providerByName } from "../state/store.ts";
import { abilities } from "../words/abilities.ts";
import type { ModelConfig } from "./chain.tsx";
import { loadKnownModels, modelHint, modelSuggestions } from "./known-models.ts";

interface LinkProps {
  model: ModelView;
  mapping: ModelConfig["providers"][number];
  view: MappingView | undefined;
  path: ConfigPath;
  rank: number;
  up: (() => unknown) | undefined;
  down: (() => unknown) | undefined;
}

/** One provider of a chain. */
export function ChainLink({ model, mapping, view, path, rank, up, down }: LinkProps) {
  const editing = useSignal(false);
  const provider = providerByName.value.get(mapping.name);
  const byWeight = model.strategy === "load-balance";
  const moveByKey = (event: KeyboardEvent) => {
    if (!event.altKey) return;
    const act = event.key === "ArrowUp" ? up : event.key === "ArrowDown" ? down : undefined;
    if (!act) return;
    event.preventDefault();
    act();
  };
  const edit = () => {
    editing.value = !editing.value;
    void loadKnownModels(mapping.name);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a short cut for the buttons inside
    <div class="link" onKeyDown={moveByKey}>
      <span class="link-rank" title={byWeight ? "weight" : "place"}>
        {byWeight ? `×${mapping.weight}` : rank}
        <span class="sr-only"> {byWeight ? "is its weight" : "is its place"}</span>
      </span>
      <div class="link-who">
        <strong>{mapping.name}</strong>
        <span class="mono muted">{view?.model ?? mapping.model}</span>
        {view?.stand_in && (
          <Pill tone="warn" title="The provider does not serve the named model; the catalogue chose this one instead">
            stand-in
          </Pill>
        )}
        {!view && <Pill tone="bad">cannot be used</Pill>}
      </div>
      <span class="link-can">{view && <Abilities view={view} />}</span>
      {provider && <ProviderStateView provider={provider} />}
      <span class="link-buttons">
        <LinkButton label={`Try ${mapping.name} earlier`} icon="up" act={up} />
        <LinkButton label={`Try ${mapping.name} later`} icon="down" act={down} />
        <button
          type="button"
          class="quiet-button"
          aria-expanded={editing.value}
          onClick={edit}
          aria-label={`Edit ${mapping.name}`}
        >
          Edit
        </button>
        <LinkButton
          label={`Take ${mapping.name} out`}
          icon="cross"
          act={() => saveChanges(`${mapping.name} taken out of ${model.name}`, { path, delete: true })}
        />
      </span>
      {editing.value && (
        <div class="fields link-fields">
          <TextField
            label={`Model at ${mapping.name}`}
            path={[...path, "model"]}
            value={mapping.model}
            placeholder={view?.model ?? ""}
            hint="Empty: the same name, or the catalogue's stand-in."
            suggestions={modelSuggestions(mapping.name)}
            below={(text) => (
              <p class="field-hint">{modelHint(mapping.name, text === "" ? (view?.model ?? "") : text)}</p>
            )}
          />
          <TextField
            label="Weight"
            kind="number"
            path={[...path, "weight"]}
            value={mapping.weight}
            hint="Counts when shared by weight."
          />
        </div>
      )}
    </div>
  );
}

function LinkButton({
  label,
  icon,
  act,
}: {
  label: string;
  icon: "up" | "down" | "cross";
  act: (() => unknown) | undefined;
}) {
  return (
    <button type="button" class="icon-button" disabled={!act} onClick={() => act?.()} aria-label={label} title={label}>
      <Icon name={icon} />
    </button>
  );
}

function Abilities({ view }: { view: MappingView }) {
  return (
    <>
      {abilities(view).map((words) => (
        <span key={words}>{words}</span>
      ))}
    </>
  );
}
