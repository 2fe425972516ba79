import type { StatusView } from "../../server/admin/views.ts";
import { now } from "../state/clock.ts";
import { span } from "../words/format.ts";
import { verdict } from "../words/verdict.ts";

export function Headline({ status }: { status: StatusView }) {
  const { tone, title, detail } = verdict(status);
  return (
    <header class={`headline ${tone}`}>
      <i class="beacon" aria-hidden="true" />
      <div>
        <h1>{title}</h1>
        <p class="muted">
          <span>{detail}</span>
          <span>up {span((now.value - status.started_at) / 1_000)}</span>
          <span class="mono">{status.url}</span>
        </p>
      </div>
    </header>
  );
}
