import type { StatusView } from "../../server/admin/views.ts";
import { requests } from "../state/requests.ts";
import { duration, grouped, quantile } from "../words/format.ts";
import { cacheShare } from "../words/tokens.ts";

/** The totals since the server started, and the feel of the last requests. */
export function Numbers({ status }: { status: StatusView }) {
  const { totals } = status;
  const waits = requests.value.flatMap(({ ttftMs }) => (ttftMs === undefined ? [] : [ttftMs]));
  const first = quantile(waits, 0.5);
  const slow = quantile(waits, 0.95);
  const cached = cacheShare(requests.value);
  return (
    <dl class="numbers" aria-label="Since the server started">
      <Total name="Requests" value={grouped(totals.requests)} note="since start" />
      <Total name="Saved by failover" value={grouped(totals.failovers)} note="unseen by the client" />
      <Total
        name="Failed"
        value={grouped(totals.failed)}
        note={totals.cancelled === 0 ? "none cancelled" : `and ${grouped(totals.cancelled)} cancelled`}
      />
      <Total
        name="First token"
        value={first === undefined ? "–" : duration(first)}
        note={slow === undefined ? "median of those shown" : `median; 95 of 100 under ${duration(slow)}`}
      />
      <Total name="From cache" value={cached === undefined ? "–" : `${cached} %`} note="of input tokens shown" />
    </dl>
  );
}

function Total({ name, value, note }: { name: string; value: string; note: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <b>{value}</b>
        <small>{note}</small>
      </dd>
    </div>
  );
}
