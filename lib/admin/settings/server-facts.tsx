import type { StatusView } from "../../server/admin/views.ts";
import { Facts } from "../parts/facts.tsx";
import { now } from "../state/clock.ts";
import { dateAndClock, span } from "../words/format.ts";
import { anchorOf } from "./settings-nav.tsx";

export function ServerFacts({ status }: { status: StatusView }) {
  const { version, installed_version: installed } = status;
  return (
    <section class="card server-facts" id={anchorOf("version")} aria-labelledby="server-title">
      <h2 id="server-title">This server</h2>
      <Facts
        facts={[
          [
            "Version",
            installed === undefined ? version : `${version}; ${installed} is installed and waits for a restart`,
          ],
          ["Address", <span class="mono">{status.url}</span>],
          ["Process", status.pid],
          ["Running since", `${dateAndClock(status.started_at)} (${span((now.value - status.started_at) / 1_000)})`],
          ["Configuration", <span class="mono">{status.config.path}</span>],
          ["State and log", <span class="mono">{status.state_dir}</span>],
        ]}
      />
      <p class="small muted">
        Nobody is asked over the network for newer versions. <code>ccmctl upgrade</code> installs the one of a newer
        checkout beside this one, and goes back when it does not work.
      </p>
    </section>
  );
}
