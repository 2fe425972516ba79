import "./headline.css";
import type { StatusView } from "../../server/admin/views.ts";
import { now } from "../state/clock.ts";
import { connection } from "../state/store.ts";
import { span } from "../words/format.ts";
import { type Verdict, verdict } from "../words/verdict.ts";

const SILENCE: Verdict = {
  tone: "quiet",
  title: "No word from the server",
  detail: "What stands below is what it told last.",
};

export function Headline({ status }: { status: StatusView }) {
  const heard = connection.value === "live";
  const { tone, title, detail } = heard ? verdict(status) : SILENCE;
  return (
    <header class={`headline ${tone}`}>
      <i class="beacon" aria-hidden="true" />
      <div>
        <h1>{title}</h1>
        <p class="muted">
          <span>{detail}</span>
          {heard && <span>up {span((now.value - status.started_at) / 1_000)}</span>}
          <span class="mono">{status.url}</span>
        </p>
      </div>
    </header>
  );
}
