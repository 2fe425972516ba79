import { useSignal } from "@preact/signals";
import type { SimulateView } from "../../server/admin/views.ts";
import { sendJson } from "../state/api.ts";
import { simulate, status } from "../state/store.ts";
import { change, form } from "./trial.ts";

/** How long a provider fails when it is to fail for everybody. */
const SECONDS = 60;

/** Which provider fails for this request, and how: to see the next one take over. */
export function FailureChoice() {
  const { failProvider, fault } = form.value;
  const faults = simulate.data.value?.faults ?? [];
  const pick = (name: string) =>
    change({ failProvider: name, fault: name === "" ? "" : fault || (faults[0]?.id ?? "") });
  return (
    <fieldset class="failure-choice">
      <legend>Simulate a failure, for this request only</legend>
      <label for="trial-fail-provider">The provider</label>
      <select id="trial-fail-provider" value={failProvider} onChange={(event) => pick(event.currentTarget.value)}>
        <option value="">none fails</option>
        {status.value?.providers.map(({ name }) => (
          <option key={name}>{name}</option>
        ))}
      </select>
      <label for="trial-fault">… does this</label>
      <select
        id="trial-fault"
        value={fault}
        disabled={failProvider === ""}
        onChange={(event) => change({ fault: event.currentTarget.value })}
      >
        {failProvider === "" && <option value="">answers as usual</option>}
        {faults.map(({ id, label }) => (
          <option key={id} value={id}>
            {label}
          </option>
        ))}
      </select>
      {failProvider !== "" && <ForEverybody provider={failProvider} failure={fault} />}
    </fieldset>
  );
}

/** All traffic sees the failure, Claude Code's too. A notice on every tab says so, and ends it. */
function ForEverybody({ provider, failure }: { provider: string; failure: string }) {
  const problem = useSignal("");
  const begin = async () => {
    try {
      const { items } = await sendJson<SimulateView>("POST", "/api/simulate", { provider, failure, seconds: SECONDS });
      if (status.value) status.value = { ...status.value, simulations: items };
      change({ failProvider: "", fault: "" });
    } catch (error) {
      problem.value = error instanceof Error ? error.message : String(error);
    }
  };
  return (
    <p class="buttons">
      <button type="button" class="button small" onClick={begin}>
        Let all traffic see it for a minute
      </button>
      {problem.value !== "" && (
        <span role="alert" class="small bad-text">
          {problem.value}
        </span>
      )}
    </p>
  );
}
