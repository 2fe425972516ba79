import type { StatusView } from "../../server/admin/views.ts";
import { Facts } from "../parts/facts.tsx";
import { now } from "../state/clock.ts";
import { dateAndClock, span } from "../words/format.ts";

export function ServerFacts({ status }: { status: StatusView }) {
  return (
    <section class="card server-facts" aria-labelledby="server-title">
      <h2 id="server-title">This server</h2>
      <Facts
        facts={[
          ["Version", status.version],
          ["Address", <span class="mono">{status.url}</span>],
          ["Process", status.pid],
          ["Running since", `${dateAndClock(status.started_at)} (${span((now.value - status.started_at) / 1_000)})`],
          ["Configuration", <span class="mono">{status.config.path}</span>],
          ["State and log", <span class="mono">{status.state_dir}</span>],
        ]}
      />
    </section>
  );
}
