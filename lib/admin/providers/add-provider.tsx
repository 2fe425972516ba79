import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { Loaded } from "../parts/loaded.tsx";
import { addressOf } from "../state/place.ts";
import { NewProviderForm } from "./add-form.tsx";
import { catalog } from "./catalog.ts";
import { CatalogTiles } from "./catalog-tiles.tsx";

/** Adding a provider: choose its type, then give what that type needs. */
export function AddProvider() {
  const picked = useSignal<string | undefined>(undefined);
  useEffect(() => void catalog.load(), []);
  return (
    <section class="card add-provider" aria-labelledby="add-title">
      <div class="card-head">
        <h2 id="add-title">Add a provider</h2>
        <a class="quiet-button" href={addressOf("providers")}>
          Cancel
        </a>
      </div>
      <Loaded from={catalog} what="the catalogue">
        {(entries) => {
          const entry = entries.find(({ id }) => id === picked.value);
          return entry ? (
            <NewProviderForm key={entry.id} entry={entry} back={() => (picked.value = undefined)} />
          ) : (
            <CatalogTiles entries={entries} pick={(id) => (picked.value = id)} />
          );
        }}
      </Loaded>
    </section>
  );
}
