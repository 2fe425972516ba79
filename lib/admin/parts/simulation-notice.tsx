import { useSignal } from "@preact/signals";
import type { SimulateView } from "../../server/admin/views.ts";
import { sendJson } from "../state/api.ts";
import { simulate, status, statusNow } from "../state/store.ts";
import { clock } from "../words/format.ts";

/** A provider that fails on purpose must not be taken for a broken one. */
export function SimulationNotice() {
  const problem = useSignal("");
  const simulations = statusNow.value?.simulations ?? [];
  if (simulations.length === 0) return null;
  const labels = new Map(simulate.data.value?.faults.map(({ id, label }) => [id, label]));
  const end = async () => {
    try {
      const { items } = await sendJson<SimulateView>("DELETE", "/api/simulate");
      if (status.value) status.value = { ...status.value, simulations: items };
    } catch (error) {
      problem.value = error instanceof Error ? error.message : String(error);
    }
  };
  return (
    <div class="message warn" role="status">
      <div>
        <strong>Failing on purpose:</strong>{" "}
        {simulations
          .map(({ provider, failure, until }) => `${provider} ${labels.get(failure) ?? failure}, until ${clock(until)}`)
          .join("; ")}
        . {problem.value}
      </div>
      <button type="button" class="button small" onClick={end}>
        End it now
      </button>
    </div>
  );
}
