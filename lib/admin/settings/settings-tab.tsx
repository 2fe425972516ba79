import "./settings.css";
import { FaultList } from "../parts/fault-list.tsx";
import { Loaded } from "../parts/loaded.tsx";
import { PageHead } from "../parts/page-head.tsx";
import { config, status } from "../state/store.ts";
import { plural } from "../words/format.ts";
import { Backups } from "./backups.tsx";
import { ConfigEditor } from "./config-editor.tsx";
import { EnvironmentLines } from "./environment-lines.tsx";
import { ServerFacts } from "./server-facts.tsx";
import { SettingGroups } from "./setting-groups.tsx";

/** Everything else: the environment of Claude Code, limits, the file itself, ways back, version. */
export function SettingsTab() {
  return (
    <div class="stack">
      <PageHead title="Settings">
        Every change is saved as soon as it is made, is live at once, and cuts no stream. Comments in the file stay.
      </PageHead>
      <Loaded from={config} what="the settings">
        {(view) => (
          <>
            <FaultList
              title={`${plural(view.faults.length, "fault")}; what worked before stays in use`}
              faults={view.faults}
              tone="bad"
            />
            <EnvironmentLines />
            <SettingGroups tree={view.config} />
            <ConfigEditor view={view} />
            <Backups />
          </>
        )}
      </Loaded>
      {status.value && <ServerFacts status={status.value} />}
    </div>
  );
}
