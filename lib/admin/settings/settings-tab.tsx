import "./settings.css";
import { useEffect } from "preact/hooks";
import { FaultList } from "../parts/fault-list.tsx";
import { Loaded } from "../parts/loaded.tsx";
import { PageHead } from "../parts/page-head.tsx";
import { place } from "../state/place.ts";
import { config, status } from "../state/store.ts";
import { plural } from "../words/format.ts";
import { Backups } from "./backups.tsx";
import { ConfigEditor } from "./config-editor.tsx";
import { EnvironmentLines } from "./environment-lines.tsx";
import { Logins } from "./logins.tsx";
import { ServerFacts } from "./server-facts.tsx";
import { SettingGroups } from "./setting-groups.tsx";
import { anchorOf, PARTS, SettingsNav } from "./settings-nav.tsx";

/** Everything else: the environment of Claude Code, limits, the file itself, ways back, version. */
export function SettingsTab() {
  const { detail } = place.value;
  const ready = config.data.value !== undefined;
  useEffect(() => {
    const part = PARTS.find(({ id }) => id === detail);
    if (part && ready) document.getElementById(anchorOf(part.id))?.scrollIntoView();
  }, [detail, ready]);
  return (
    <div class="stack">
      <PageHead title="Settings">
        Every change is saved as soon as it is made, is live at once, and cuts no stream. Comments in the file stay.
      </PageHead>
      <div class="settings">
        <SettingsNav />
        <div class="settings-parts">
          <Loaded from={config} what="the settings">
            {(view) => (
              <>
                <FaultList
                  title={`${plural(view.faults.length, "fault")}; what worked before stays in use`}
                  faults={view.faults}
                  tone="bad"
                />
                <div id={anchorOf("claude-code")}>
                  <EnvironmentLines />
                </div>
                <Logins />
                <SettingGroups tree={view.config} />
                <ConfigEditor view={view} />
                <Backups />
              </>
            )}
          </Loaded>
          {status.value && <ServerFacts status={status.value} />}
        </div>
      </div>
    </div>
  );
}
