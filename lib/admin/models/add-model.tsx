import { useSignal } from "@preact/signals";
import { PlainField } from "../parts/plain-field.tsx";
import { saveChanges } from "../state/edit.ts";
import { models } from "../state/store.ts";

/** A new name, still without providers. */
export function AddModel() {
  const open = useSignal(false);
  const name = useSignal("");
  const wanted = name.value.trim();
  const taken = models.data.value?.some((model) => model.name.toLowerCase() === wanted.toLowerCase());
  const add = async (event: Event) => {
    event.preventDefault();
    if (taken) return;
    const change = { path: ["models", wanted], value: { providers: [] } };
    if (!(await saveChanges(`added ${wanted}`, change))) return;
    open.value = false;
    name.value = "";
  };
  if (!open.value) {
    return (
      <button type="button" class="button primary" onClick={() => (open.value = true)}>
        Add a model
      </button>
    );
  }
  return (
    <form class="card add-model" onSubmit={add} aria-label="A new model">
      <PlainField
        label="Name"
        path={["models", wanted]}
        value={name.value}
        required
        placeholder="claude-opus-5-5"
        hint="What Claude Code asks for, or a name of your own."
        problem={taken ? "there is a model of that name already" : undefined}
        onInput={(text) => (name.value = text)}
      />
      <p class="buttons">
        <button type="submit" class="button primary">
          Add
        </button>
        <button type="button" class="button" onClick={() => (open.value = false)}>
          Cancel
        </button>
      </p>
    </form>
  );
}
