import { Waiting } from "../parts/messages.tsx";
import { isFiltered, requests, requestsLoaded } from "../state/requests.ts";
import { statusNow } from "../state/store.ts";
import { Charts } from "./charts.tsx";
import { FirstRun } from "./first-run.tsx";
import { Headline } from "./headline.tsx";
import { Numbers } from "./numbers.tsx";
import { ProviderHealth } from "./provider-health.tsx";
import { Requests } from "./requests.tsx";
import { Spending } from "./spending.tsx";

/** Is it working, and what flows where. */
export function OverviewTab() {
  const current = statusNow.value;
  if (!current || !requestsLoaded.value) return <Waiting what="the overview" rows={6} />;
  const nothingYet = requests.value.length === 0 && !isFiltered.value;
  return (
    <div class="stack">
      <Headline status={current} />
      {nothingYet ? <FirstRun status={current} /> : <Numbers />}
      {current.providers.length > 0 && <ProviderHealth providers={current.providers} />}
      {!nothingYet && <Charts />}
      {!nothingYet && <Spending />}
      {!nothingYet && <Requests />}
    </div>
  );
}
