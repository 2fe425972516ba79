import "./providers.css";
import { NotesAbout } from "../parts/fault-list.tsx";
import { Loaded } from "../parts/loaded.tsx";
import { Empty } from "../parts/messages.tsx";
import { PageHead } from "../parts/page-head.tsx";
import { providerByName, providers } from "../state/store.ts";
import { ProviderCard } from "./provider-card.tsx";

/** Who can be asked, and how each is set up. */
export function ProvidersTab() {
  return (
    <div class="stack">
      <PageHead title="Providers">
        Who can be asked, with which protocol and credential. To change them: <code>ccmctl config edit</code>
      </PageHead>
      <NotesAbout section="providers" />
      <Loaded from={providers} what="the providers">
        {(list) =>
          list.length === 0 ? (
            <Empty title="No providers yet">
              <p>
                <code>ccm-quickstart</code> sets up the usual ones in a minute.
              </p>
            </Empty>
          ) : (
            <ul class="cards wide-cards">
              {list.map((provider) => (
                <ProviderCard
                  key={provider.name}
                  provider={{ ...provider, ...providerByName.value.get(provider.name) }}
                />
              ))}
            </ul>
          )
        }
      </Loaded>
    </div>
  );
}
