import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { CatalogEntry } from "../../server/admin/views.ts";
import { Empty } from "../parts/messages.tsx";
import { costs, matches, needs } from "./catalog.ts";

/** The catalogue as tiles, with a search. */
export function CatalogTiles({ entries, pick }: { entries: readonly CatalogEntry[]; pick: (id: string) => void }) {
  const search = useSignal("");
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);
  const found = entries.filter((entry) => matches(entry, search.value));
  const groups = [...new Set(found.map(({ group }) => group))];
  return (
    <>
      <div class="field search">
        <label for="catalog-search">Search the catalogue</label>
        <input
          id="catalog-search"
          ref={input}
          type="search"
          autocomplete="off"
          placeholder="openrouter, local, google …"
          value={search}
          onInput={(event) => (search.value = event.currentTarget.value)}
        />
      </div>
      <p class="sr-only" role="status">
        {found.length} found
      </p>
      {found.length === 0 && (
        <Empty title="None is called so">
          <p>Anything that speaks Anthropic's or OpenAI's protocol can be added as “compatible”, with its address.</p>
        </Empty>
      )}
      {groups.map((group) => (
        <section key={group} aria-label={group}>
          <h3 class="tiles-title">{group}</h3>
          <ul class="tiles">
            {found
              .filter((entry) => entry.group === group)
              .map((entry) => (
                <li key={entry.id}>
                  <button type="button" class="tile" onClick={() => pick(entry.id)}>
                    <b>{entry.label}</b>
                    <span class="muted small">needs: {needs(entry)}</span>
                    <span class="muted small">costs: {costs(entry)}</span>
                  </button>
                </li>
              ))}
          </ul>
        </section>
      ))}
    </>
  );
}
