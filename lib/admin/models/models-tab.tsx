import "./models.css";
import { NotesAbout } from "../parts/fault-list.tsx";
import { Loaded } from "../parts/loaded.tsx";
import { Empty } from "../parts/messages.tsx";
import { PageHead } from "../parts/page-head.tsx";
import { models } from "../state/store.ts";
import { ModelCard } from "./model-card.tsx";

/** Which providers serve a model, in which order. */
export function ModelsTab() {
  return (
    <div class="stack">
      <PageHead title="Models">
        Each name has a chain: the first provider is asked, the next ones take over when it fails. To change them:{" "}
        <code>ccmctl config edit</code>
      </PageHead>
      <NotesAbout section="models" />
      <Loaded from={models} what="the models">
        {(list) =>
          list.length === 0 ? (
            <Empty title="No models are defined">
              <p>
                Without any, a request has nowhere to go. <code>ccm-quickstart</code> defines the usual ones.
              </p>
            </Empty>
          ) : (
            <ul class="models">
              {list.map((model) => (
                <ModelCard key={model.name} model={model} />
              ))}
            </ul>
          )
        }
      </Loaded>
    </div>
  );
}
