import "./models.css";
import { useSignal } from "@preact/signals";
import { NotesAbout } from "../parts/fault-list.tsx";
import { Loaded } from "../parts/loaded.tsx";
import { Empty } from "../parts/messages.tsx";
import { PageHead } from "../parts/page-head.tsx";
import { config, models } from "../state/store.ts";
import { AddModel } from "./add-model.tsx";
import { ModelCard } from "./model-card.tsx";

/** From so many models on, a search helps. */
const MANY = 8;

/** Which providers serve a model, in which order. */
export function ModelsTab() {
  const search = useSignal("");
  const tree = config.data.value?.config;
  return (
    <div class="stack">
      <div class="tab-head">
        <PageHead title="Models">
          Each name has a chain: the first provider is asked, the next ones take over when it fails. Drag to reorder, or
          press <kbd>Alt</kbd> <kbd>↑</kbd>.
        </PageHead>
        <AddModel />
      </div>
      <NotesAbout section="models" />
      <Loaded from={models} what="the models">
        {(list) =>
          list.length === 0 ? (
            <Empty title="No models are defined">
              <p>Without any, a request has nowhere to go. Add one, then give it a provider.</p>
            </Empty>
          ) : (
            <>
              {list.length >= MANY && (
                <input
                  type="search"
                  class="model-search"
                  aria-label="Search the models"
                  placeholder={`Search ${list.length} models`}
                  value={search}
                  onInput={(event) => (search.value = event.currentTarget.value)}
                />
              )}
              <ul class="models">
                {tree &&
                  list
                    .filter(({ name }) => name.toLowerCase().includes(search.value.toLowerCase().trim()))
                    .map((model) => <ModelCard key={model.name} model={model} tree={tree} />)}
              </ul>
            </>
          )
        }
      </Loaded>
    </div>
  );
}
