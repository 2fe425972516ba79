import { useSignal } from "@preact/signals";
import type { ConfigTree } from "../../config/schema.ts";
import type { ModelView } from "../../server/admin/views.ts";
import { saveChanges } from "../state/edit.ts";
import { inOrder, move, type Ranked } from "../words/restructure.ts";
import { ChainLink } from "./chain-link.tsx";

export type ModelConfig = ConfigTree["models"][number];

/** The providers of a model in the order in which they are tried; moved by drag, by buttons, or by Alt and an arrow. */
export function Chain({ model, written }: { model: ModelView; written: ModelConfig }) {
  const dragged = useSignal<number | undefined>(undefined);
  const target = useSignal<number | undefined>(undefined);
  const order = inOrder(rankedLinks(model, written));
  const list = ["models", model.name, "providers"];
  const shift = (from: number, to: number) => saveChanges(`the order of ${model.name}`, ...move(list, order, from, to));
  const drop = () => {
    if (dragged.value !== undefined && target.value !== undefined && dragged.value !== target.value) {
      void shift(dragged.value, target.value);
    }
    dragged.value = undefined;
    target.value = undefined;
  };
  return (
    <ol class="chain">
      {order.map(({ place, priority }, at) => {
        const mapping = written.providers[place];
        if (!mapping) return null;
        return (
          <li
            key={`${mapping.name} ${mapping.model} ${place}`}
            class={target.value === at && dragged.value !== at ? "drop-here" : ""}
            draggable={order.length > 1}
            onDragStart={(event) => {
              dragged.value = at;
              event.dataTransfer?.setData("text/plain", mapping.name);
            }}
            onDragOver={(event) => {
              if (dragged.value === undefined) return;
              event.preventDefault();
              target.value = at;
            }}
            onDrop={(event) => {
              event.preventDefault();
              drop();
            }}
            onDragEnd={() => {
              dragged.value = undefined;
              target.value = undefined;
            }}
          >
            <ChainLink
              model={model}
              mapping={mapping}
              view={viewOf(model, mapping, priority)}
              path={[...list, place]}
              rank={at + 1}
              up={at === 0 ? undefined : () => shift(at, at - 1)}
              down={at === order.length - 1 ? undefined : () => shift(at, at + 1)}
            />
          </li>
        );
      })}
    </ol>
  );
}

/** Where each mapping stands in the file, with the priority that counts. */
export function rankedLinks({ mappings }: ModelView, written: ModelConfig): Ranked[] {
  return written.providers.map(({ name, priority }, place) => ({
    place,
    priority: priority ?? mappings.find(({ provider }) => provider === name)?.priority ?? 1,
  }));
}

/** What the server made of a mapping; undefined while it has not, or where it cannot be used. */
function viewOf({ mappings }: ModelView, mapping: ModelConfig["providers"][number], priority: number) {
  const same = mappings.filter(({ provider }) => provider === mapping.name);
  return (
    same.find(({ model, priority: other }) => mapping.model === model && other === priority) ??
    same.find(({ model }) => mapping.model === "" || mapping.model === model)
  );
}
