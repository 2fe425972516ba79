import "./providers.css";
import { NotesAbout } from "../parts/fault-list.tsx";
import { Loaded } from "../parts/loaded.tsx";
import { Empty } from "../parts/messages.tsx";
import { PageHead } from "../parts/page-head.tsx";
import { saveChanges } from "../state/edit.ts";
import { addressOf, place } from "../state/place.ts";
import { config, providerByName, providers } from "../state/store.ts";
import { inOrder, move } from "../words/restructure.ts";
import { AddProvider } from "./add-provider.tsx";
import { ProviderCard } from "./provider-card.tsx";

/** Stands in the address for the provider that does not exist yet. */
const ADD = "+";

/** Who can be asked, with what, and in which order. */
export function ProvidersTab() {
  const { detail } = place.value;
  return (
    <div class="stack">
      <div class="tab-head">
        <PageHead title="Providers">
          Who can be asked, with which protocol and credential. The order is that of models which say nothing else.
        </PageHead>
        {detail !== ADD && (
          <a class="button primary" href={addressOf("providers", ADD)}>
            Add a provider
          </a>
        )}
      </div>
      {detail === ADD && <AddProvider />}
      <NotesAbout section="providers" />
      <Loaded from={providers} what="the providers">
        {(list) =>
          list.length === 0 ? (
            detail !== ADD && (
              <Empty title="No providers yet">
                <p>Add one here, or let ccm-quickstart set up the usual ones in a minute.</p>
              </Empty>
            )
          ) : (
            <Cards detail={detail} />
          )
        }
      </Loaded>
    </div>
  );
}

function Cards({ detail }: { detail: string | undefined }) {
  const list = providers.data.value ?? [];
  const ranked = list.map(({ priority }, at) => ({ priority, place: at }));
  const order = inOrder(ranked);
  const shift = (from: number, to: number) => {
    if (to < 0 || to >= order.length) return undefined;
    const name = list[order[from]?.place ?? 0]?.name;
    return () => void saveChanges(`the place of ${name}`, ...move(["providers"], ranked, from, to));
  };
  return (
    <ul class="cards wide-cards">
      {order.map(({ place: at }, rank) => {
        const provider = list[at];
        if (!provider) return null;
        return (
          <ProviderCard
            key={provider.name}
            provider={{ ...provider, ...providerByName.value.get(provider.name) }}
            tree={config.data.value?.config}
            open={detail === provider.name}
            up={shift(rank, rank - 1)}
            down={shift(rank, rank + 1)}
          />
        );
      })}
    </ul>
  );
}
