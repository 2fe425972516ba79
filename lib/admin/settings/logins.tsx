import type { ProviderView } from "../../server/admin/views.ts";
import { Pill } from "../parts/pill.tsx";
import { addressOf } from "../state/place.ts";
import { providers } from "../state/store.ts";
import { AUTH_WORDS, awaitsSignIn, loginWord } from "../words/states.ts";
import { anchorOf } from "./settings-nav.tsx";

/** Who is signed in where, in one place. A login itself is made and ended at its provider. */
export function Logins() {
  const list = (providers.data.value ?? []).filter(({ login }) => login !== undefined);
  return (
    <section class="card" id={anchorOf("logins")} aria-labelledby="logins-title">
      <h2 id="logins-title">Logins</h2>
      {list.length === 0 ? (
        <p class="small muted">
          No provider is signed in to; each has a key, or needs none. A provider that signs in by OAuth is added under{" "}
          <a href={addressOf("providers", "+")}>Providers</a>.
        </p>
      ) : (
        <ul class="lines">
          {list.map((provider) => (
            <LoginLine key={provider.name} provider={provider} />
          ))}
        </ul>
      )}
    </section>
  );
}

function LoginLine({ provider }: { provider: ProviderView }) {
  const { name, login, auth_type } = provider;
  if (!login) return null;
  const { word, tone } = loginWord(login.state, auth_type);
  return (
    <li>
      <span>
        <b>{name}</b> <Pill tone={tone}>{word}</Pill>
        <br />
        <span class="small muted">
          {[login.label, login.email, login.plan, AUTH_WORDS[auth_type]].filter(Boolean).join(" · ")}
        </span>
      </span>
      <a class="button small" href={addressOf("providers", name)} aria-label={`Login of ${name}`}>
        {awaitsSignIn(provider) ? "Sign in" : "Show"}
      </a>
    </li>
  );
}
