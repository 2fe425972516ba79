import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import type { ModelView } from "../../server/admin/views.ts";
import { PlainField } from "../parts/plain-field.tsx";
import { saveChanges } from "../state/edit.ts";
import { providers } from "../state/store.ts";
import type { ModelConfig } from "./chain.tsx";
import { rankedLinks } from "./chain.tsx";
import { loadKnownModels, modelHint, modelSuggestions } from "./known-models.ts";

/** One more provider at the end of the chain. */
export function AddLink({ model, written }: { model: ModelView; written: ModelConfig }) {
  const id = useId();
  const open = useSignal(false);
  const provider = useSignal("");
  const upstream = useSignal("");
  const place = written.providers.length;
  const path = ["models", model.name, "providers", place];
  const pick = (name: string) => {
    provider.value = name;
    void loadKnownModels(name);
  };
  const begin = () => {
    open.value = true;
    const used = new Set(written.providers.map(({ name }) => name));
    pick(providers.data.value?.find(({ name }) => !used.has(name))?.name ?? providers.data.value?.[0]?.name ?? "");
  };
  const add = async (event: Event) => {
    event.preventDefault();
    const last = Math.max(0, ...rankedLinks(model, written).map(({ priority }) => priority));
    const asked = upstream.value.trim();
    const value = { name: provider.value, priority: last + 1, ...(asked !== "" && { model: asked }) };
    if (!(await saveChanges(`${provider.value} added to ${model.name}`, { path, value }))) return;
    open.value = false;
    upstream.value = "";
  };
  if (!open.value) {
    return (
      <button type="button" class="button small" onClick={begin} aria-label={`Add a provider to ${model.name}`}>
        Add a provider
      </button>
    );
  }
  return (
    <form class="add-link" onSubmit={add} aria-label={`A provider for ${model.name}`}>
      <div class="fields">
        <div class="field">
          <label for={id}>Provider</label>
          <select id={id} value={provider} onChange={(event) => pick(event.currentTarget.value)}>
            {providers.data.value?.map(({ name, label, enabled }) => (
              <option key={name} value={name}>
                {name} ({label}
                {enabled ? "" : ", off"})
              </option>
            ))}
          </select>
        </div>
        <PlainField
          label="Model there"
          path={[...path, "model"]}
          value={upstream.value}
          hint={modelHint(provider.value, upstream.value) ?? "Empty: the same name, or the catalogue's stand-in."}
          suggestions={modelSuggestions(provider.value)}
          onInput={(text) => (upstream.value = text)}
        />
      </div>
      <p class="buttons">
        <button type="submit" class="button small primary" disabled={provider.value === ""}>
          Add
        </button>
        <button type="button" class="button small" onClick={() => (open.value = false)}>
          Cancel
        </button>
      </p>
    </form>
  );
}
