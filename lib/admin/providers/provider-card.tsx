import type { ConfigTree } from "../../config/schema.ts";
import type { LoginView, ProviderView } from "../../server/admin/views.ts";
import { Facts } from "../parts/facts.tsx";
import { Icon } from "../parts/icons.tsx";
import { Pill } from "../parts/pill.tsx";
import { ProviderStateView } from "../parts/provider-state.tsx";
import { addressOf } from "../state/place.ts";
import { plural, span } from "../words/format.ts";
import { AUTH_WORDS, awaitsSignIn, condition, loginWord } from "../words/states.ts";
import { EditProvider } from "./edit-provider.tsx";
import { PlanUsage } from "./plan-usage.tsx";
import { TestButton, TestOutcome } from "./test-button.tsx";
import { untried } from "./tryable.ts";

interface CardProps {
  provider: ProviderView;
  tree: ConfigTree | undefined;
  open: boolean;
  /** Moves it up (-1) or down (1) the order; absent where there is no way further. */
  up: (() => void) | undefined;
  down: (() => void) | undefined;
}

export function ProviderCard({ provider, tree, open, up, down }: CardProps) {
  const { name } = provider;
  const { mend } = condition(provider);
  const whyUntried = untried(provider);
  return (
    <li class={`card provider ${provider.enabled ? "" : "off"} ${open ? "open" : ""}`}>
      <div class="card-head">
        <div>
          <h2>{name}</h2>
          <p class="muted small">{provider.label}</p>
        </div>
        <ProviderStateView provider={provider} />
      </div>
      {mend !== "" && <p class="small muted">{mend}</p>}
      {open && tree ? <EditProvider provider={provider} tree={tree} /> : <ProviderFacts provider={provider} />}
      {whyUntried === undefined ? <TestOutcome name={name} /> : <p class="small muted">{whyUntried}</p>}
      <p class="small muted">
        {plural(provider.requests, "attempt")} since start{provider.failures > 0 && `, ${provider.failures} failed`}
        {provider.docs && (
          <>
            {" · "}
            <a href={provider.docs} target="_blank" rel="noreferrer noopener">
              Documentation
            </a>
          </>
        )}
      </p>
      <p class="card-foot">
        <a
          class="button small"
          href={open ? addressOf("providers") : addressOf("providers", name)}
          aria-label={open ? `Close ${name}` : `Edit ${name}`}
        >
          {open ? "Close" : "Edit"}
        </a>
        {!open && awaitsSignIn(provider) && (
          <a class="button small primary" href={addressOf("providers", name)} aria-label={`Sign in to ${name}`}>
            Sign in
          </a>
        )}
        {whyUntried === undefined && <TestButton name={name} />}
        <span class="order-buttons">
          <MoveButton name={name} way="up" move={up} />
          <MoveButton name={name} way="down" move={down} />
        </span>
      </p>
    </li>
  );
}

function MoveButton({ name, way, move }: { name: string; way: "up" | "down"; move: (() => void) | undefined }) {
  const label = way === "up" ? `Try ${name} earlier` : `Try ${name} later`;
  return (
    <button type="button" class="icon-button" disabled={!move} onClick={move} aria-label={label} title={label}>
      <Icon name={way} />
    </button>
  );
}

function ProviderFacts({ provider }: { provider: ProviderView }) {
  return (
    <Facts
      facts={[
        [
          "Address",
          <>
            <span class="mono">{provider.base_url}</span> <span class="muted small unbroken">{provider.wire}</span>
          </>,
        ],
        ["Signs in with", AUTH_WORDS[provider.auth_type] ?? provider.auth_type],
        ["Login", provider.login && <LoginLine login={provider.login} authType={provider.auth_type} />],
        ["Plan", provider.login?.usage && <PlanUsage usage={provider.login.usage} />],
        ["Key", provider.auth_type === "api_key" && <KeyView provider={provider} />],
        ["Project", provider.project],
        ["Location", provider.location],
        ["Waits at most", waits(provider)],
        ["Extra headers", provider.headers.join(", ")],
        ["Used by", <UsedBy provider={provider} />],
      ]}
    />
  );
}

function LoginLine({ login, authType }: { login: LoginView; authType: string }) {
  const { word, tone } = loginWord(login.state, authType);
  return (
    <>
      <Pill tone={tone}>{word}</Pill> {login.email ?? login.label}
    </>
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
  return <a href={addressOf("models")}>{provider.used_by.map(({ model }) => model).join(", ")}</a>;
}

const WAITS = [
  { key: "connect_ms", word: "to connect", usual: 10_000 },
  { key: "first_byte_ms", word: "for the first word", usual: 120_000 },
  { key: "idle_ms", word: "between words", usual: 120_000 },
] as const;

/** What differs from the usual. */
function waits({ timeouts }: ProviderView): string {
  return WAITS.flatMap(({ key, word, usual }) => {
    const ms = timeouts[key];
    return ms && ms !== usual ? [`${span(ms / 1_000)} ${word}`] : [];
  }).join(", ");
}
