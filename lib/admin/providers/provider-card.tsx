import type { ProviderView } from "../../server/admin/views.ts";
import { Facts } from "../parts/facts.tsx";
import { Pill } from "../parts/pill.tsx";
import { ProviderStateView } from "../parts/provider-state.tsx";
import { addressOf } from "../state/place.ts";
import { plural, span } from "../words/format.ts";
import { AUTH_WORDS, PROVIDER_STATES } from "../words/states.ts";

export function ProviderCard({ provider }: { provider: ProviderView }) {
  const { mend } = PROVIDER_STATES[provider.state];
  return (
    <li class={`card provider ${provider.enabled ? "" : "off"}`}>
      <div class="card-head">
        <div>
          <h2>{provider.name}</h2>
          <p class="muted small">{provider.label}</p>
        </div>
        <ProviderStateView provider={provider} />
      </div>
      {mend !== "" && <p class="small">{mend}</p>}
      <Facts
        facts={[
          ["Protocol", <Pill>{provider.wire}</Pill>],
          ["Base URL", <span class="mono">{provider.base_url}</span>],
          ["Signs in with", AUTH_WORDS[provider.auth_type] ?? provider.auth_type],
          ["Key", provider.auth_type === "api_key" && <KeyView provider={provider} />],
          ["Project", provider.project],
          ["Location", provider.location],
          ["Priority", provider.priority],
          ["Waits at most", waits(provider)],
          ["Extra headers", provider.headers.join(", ")],
          ["Used by", <UsedBy provider={provider} />],
        ]}
      />
      <p class="card-foot small muted">
        {plural(provider.requests, "attempt")} since start, {provider.failures} failed
        {provider.docs && (
          <a href={provider.docs} target="_blank" rel="noreferrer noopener">
            Documentation
          </a>
        )}
      </p>
    </li>
  );
}

function KeyView({ provider }: { provider: ProviderView }) {
  const { keys, key_references: references, key_variable: usual } = provider;
  if (keys.length > 0) {
    return (
      <>
        <span class="mono">{keys.join(", ")}</span>
        {references.length > 0 && <span class="muted"> from {references.join(", ")}</span>}
      </>
    );
  }
  const wanted = references.join(", ") || (usual && `$${usual}`);
  return <span class="bad-text">none{wanted && `: ${wanted} is not set`}</span>;
}

function UsedBy({ provider }: { provider: ProviderView }) {
  if (provider.used_by.length === 0) return <span class="muted">no model yet</span>;
  return (
    <a href={addressOf("models")}>
      {provider.used_by.map(({ model, priority }) => `${model} (${priority})`).join(", ")}
    </a>
  );
}

function waits({ timeouts }: ProviderView): string {
  const words = { connect_ms: "to connect", first_byte_ms: "for the first word", idle_ms: "between words" };
  return Object.entries(words)
    .flatMap(([key, word]) => (timeouts[key] ? [`${span(timeouts[key] / 1_000)} ${word}`] : []))
    .join(", ");
}
