import { addressOf } from "../state/place.ts";
import { connection, notice, refusal, status } from "../state/store.ts";
import { plural } from "../words/format.ts";
import { Icon } from "./icons.tsx";
import { Problem } from "./messages.tsx";
import { NewVersion } from "./new-version.tsx";
import { SimulationNotice } from "./simulation-notice.tsx";

/** What concerns every tab: the server is away, was restarted, or its configuration file is broken. */
export function Announcements() {
  const live = connection.value === "live";
  const config = live ? status.value?.config : undefined;
  return (
    <div class="announcements">
      {connection.value === "lost" && (
        <Problem>
          <strong>The server does not answer.</strong> The page comes back by itself as soon as it does. If it was
          stopped: <code>ccmctl start</code>
        </Problem>
      )}
      {connection.value === "refused" && (
        <Problem>
          <strong>The server turns this page away:</strong> {refusal.value}
        </Problem>
      )}
      {config && !config.valid && (
        <Problem>
          <strong>The configuration file has {plural(config.faults.length, "fault")}.</strong>{" "}
          <code>{config.faults[0]?.path}</code> {config.faults[0]?.message} <a href={addressOf("settings")}>Show all</a>
        </Problem>
      )}
      {live && <SimulationNotice />}
      {status.value && <NewVersion status={status.value} />}
      {notice.value !== undefined && (
        <div class="message info" role="status">
          <div>{notice.value}</div>
          <button type="button" class="quiet-button" onClick={() => (notice.value = undefined)} aria-label="Dismiss">
            <Icon name="cross" />
          </button>
        </div>
      )}
    </div>
  );
}
