import { simulate, status } from "../state/store.ts";
import { change, form } from "./trial.ts";

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
    </fieldset>
  );
}
