import "./provider-health.css";
import { useSignal } from "@preact/signals";
import type { ProviderStatus } from "../../server/admin/views.ts";
import { ProviderStateView } from "../parts/provider-state.tsx";
import { sendJson } from "../state/api.ts";
import { now } from "../state/clock.ts";
import { addressOf } from "../state/place.ts";
import { ago, plural } from "../words/format.ts";
import { condition } from "../words/states.ts";

export function ProviderHealth({ providers }: { providers: readonly ProviderStatus[] }) {
  return (
    <section aria-labelledby="health-title">
      <div class="section-head">
        <h2 id="health-title">Providers</h2>
        <a href={addressOf("providers")}>How they are set up</a>
      </div>
      <ul class="cards health-cards">
        {providers.map((provider) => (
          <HealthCard key={provider.name} provider={provider} />
        ))}
      </ul>
    </section>
  );
}

function HealthCard({ provider }: { provider: ProviderStatus }) {
  const failure = provider.last_failure;
  const { mend, act } = condition(provider);
  return (
    <li class={`card health ${provider.state}`}>
      <div class="card-head">
        <h3>{provider.name}</h3>
        <ProviderStateView provider={provider} />
      </div>
      <p class="muted small">
        {provider.label === provider.name ? "" : `${provider.label} · `}
        {plural(provider.requests, "attempt")}
        {provider.failures > 0 && `, ${provider.failures} failed`}
      </p>
      {failure ? (
        <p class="small why" title={failure.message}>
          <span class="muted">{ago(failure.time, now.value)}:</span> {failure.label}
          {failure.message && <span class="muted"> – {failure.message}</span>}
        </p>
      ) : (
        mend !== "" && <p class="small muted why">{mend}</p>
      )}
      {act === "retry" && <ResetButton name={provider.name} />}
      {act === "sign-in" && (
        <p class="card-foot">
          <a
            class="button small"
            href={addressOf("providers", provider.name)}
            aria-label={`Sign in to ${provider.name}`}
          >
            Sign in
          </a>
        </p>
      )}
    </li>
  );
}

function ResetButton({ name }: { name: string }) {
  const problem = useSignal<string | undefined>(undefined);
  const reset = async () => {
    problem.value = await sendJson("POST", `/api/providers/${encodeURIComponent(name)}/reset`).then(
      () => undefined,
      (error: Error) => error.message,
    );
  };
  return (
    <p class="card-foot">
      <button type="button" class="button small" onClick={reset} aria-label={`Use ${name} again now`}>
        Use it again now
      </button>
      {problem.value !== undefined && <span role="alert">{problem.value}</span>}
    </p>
  );
}
