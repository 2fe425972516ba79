import "./requests.css";
import { CsvLink } from "../parts/csv-link.tsx";
import { Empty, Problem, Waiting } from "../parts/messages.tsx";
import { place } from "../state/place.ts";
import {
  hasOlder,
  isFiltered,
  loadOlder,
  requests,
  requestsFile,
  requestsLoaded,
  requestsProblem,
} from "../state/requests.ts";
import { RequestDetail } from "./request-detail.tsx";
import { RequestFilter } from "./request-filter.tsx";
import { RequestTable } from "./request-table.tsx";

/** The last requests, and beside them the one that was picked. */
export function Requests() {
  const { detail } = place.value;
  return (
    <section aria-labelledby="requests-title" class={detail === undefined ? "requests" : "requests has-detail"}>
      <div class="requests-list">
        <div class="section-head">
          <h2 id="requests-title">Last requests</h2>
          <RequestFilter />
          <CsvLink href={requestsFile.value} of={isFiltered.value ? "the requests that fit" : "all requests"} />
        </div>
        {requestsProblem.value !== undefined && <Problem>{requestsProblem.value}</Problem>}
        {isFiltered.value && requests.value.length === 0 ? (
          <Empty title="No request fits">
            <p>The whole journal was looked through.</p>
          </Empty>
        ) : requestsLoaded.value ? (
          <RequestTable entries={requests.value} picked={detail} />
        ) : (
          <Waiting what="the last requests" rows={5} />
        )}
        {hasOlder.value && (
          <p class="more">
            <button type="button" class="button" onClick={loadOlder}>
              Show older requests
            </button>
          </p>
        )}
      </div>
      {detail !== undefined && <RequestDetail id={detail} key={detail} />}
    </section>
  );
}
