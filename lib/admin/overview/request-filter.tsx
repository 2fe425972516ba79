import "./request-filter.css";
import { filter, filterRequests } from "../state/requests.ts";
import { providers } from "../state/store.ts";
import { OUTCOMES } from "../words/states.ts";

/** Which requests the list shows. The server looks through all that the journal keeps, not only what is here. */
export function RequestFilter() {
  const { text, provider, outcome } = filter.value;
  return (
    <search class="request-filter">
      <input
        type="search"
        aria-label="Search the requests"
        placeholder="model, session, error, id …"
        value={text}
        onInput={(event) => filterRequests({ text: event.currentTarget.value })}
      />
      <select
        aria-label="Provider asked"
        value={provider}
        onChange={(event) => filterRequests({ provider: event.currentTarget.value })}
      >
        <option value="">any provider</option>
        {providers.data.value?.map(({ name }) => (
          <option key={name}>{name}</option>
        ))}
      </select>
      <select
        aria-label="Result"
        value={outcome}
        onChange={(event) => filterRequests({ outcome: event.currentTarget.value })}
      >
        <option value="">any result</option>
        {Object.entries(OUTCOMES).map(([id, { word }]) => (
          <option key={id} value={id}>
            {word}
          </option>
        ))}
      </select>
    </search>
  );
}
