import "./settings.css";
import { Loaded } from "../parts/loaded.tsx";
import { PageHead } from "../parts/page-head.tsx";
import { config, status } from "../state/store.ts";
import { ConfigFile } from "./config-file.tsx";
import { EnvironmentLines } from "./environment-lines.tsx";
import { Groups } from "./groups.tsx";
import { ServerFacts } from "./server-facts.tsx";

/** Everything else: the file, the environment of Claude Code, limits, version. */
export function SettingsTab() {
  return (
    <div class="stack">
      <PageHead title="Settings">
        The configuration file as the server reads it. A saved change is live at once, and no stream is cut. To change
        it: <code>ccmctl config edit</code>
      </PageHead>
      {status.value && <ServerFacts status={status.value} />}
      <EnvironmentLines />
      <Loaded from={config} what="the settings">
        {(view) => (
          <>
            <Groups tree={view.config} />
            <ConfigFile view={view} />
          </>
        )}
      </Loaded>
    </div>
  );
}
