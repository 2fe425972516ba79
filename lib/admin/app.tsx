import { ModelsTab } from "./models/models-tab.tsx";
import { OverviewTab } from "./overview/overview-tab.tsx";
import { Announcements } from "./parts/announcements.tsx";
import { Conflict } from "./parts/conflict.tsx";
import { Header } from "./parts/header.tsx";
import { PageSignIn } from "./parts/page-sign-in.tsx";
import { SaveBar } from "./parts/save-bar.tsx";
import { ProvidersTab } from "./providers/providers-tab.tsx";
import { RouterTab } from "./router/router-tab.tsx";
import { SettingsTab } from "./settings/settings-tab.tsx";
import { signedOut } from "./state/api.ts";
import { place, type Tab } from "./state/place.ts";
import { TestTab } from "./test/test-tab.tsx";

const PANELS = {
  overview: OverviewTab,
  providers: ProvidersTab,
  models: ModelsTab,
  router: RouterTab,
  test: TestTab,
  settings: SettingsTab,
} as const satisfies Record<Tab, unknown>;

/** The frame: a header with the tabs, and the panel of the tab that is open. */
export function App() {
  const { tab } = place.value;
  const Panel = PANELS[tab];
  return (
    <>
      <Header />
      <main>
        {signedOut.value ? (
          <PageSignIn />
        ) : (
          <>
            <Announcements />
            <Conflict />
            <section class="panel" role="tabpanel" id="panel" aria-labelledby={`tab-${tab}`} tabIndex={-1} key={tab}>
              <Panel />
            </section>
          </>
        )}
      </main>
      <SaveBar />
    </>
  );
}
