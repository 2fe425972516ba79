import "./sign-in.css";
import type { LoginView, ProviderView, TermsView } from "../../server/admin/views.ts";
import { ConfirmButton } from "../parts/confirm-button.tsx";
import { StatePill } from "../parts/pill.tsx";
import { dateAndClock } from "../words/format.ts";
import { LOGIN_STATES } from "../words/states.ts";
import { Progress } from "./sign-in-progress.tsx";
import { renewLogin, signIns, signOut, startSignIn } from "./sign-in-state.ts";

/** The login of a provider: whose it is, how to get one, and what the vendor's terms say of it. */
export function SignIn({ provider: { name, login } }: { provider: ProviderView }) {
  const state = signIns.value[name];
  const isIn = login?.state === "ok" || login?.state === "later";
  return (
    <section class="sign-in" aria-label={`Login of ${name}`}>
      {login && <LoginFacts login={login} />}
      {login?.terms && !isIn && <Terms terms={login.terms} />}
      {login?.state === "off" && <HowToSwitchOn />}
      {login?.from === undefined && login?.state !== "off" && state?.phase !== "waiting" && (
        <div class="buttons">
          <button type="button" class={isIn ? "button small" : "button primary"} onClick={() => startSignIn(name)}>
            {isIn ? "Sign in again" : login?.terms ? "I have read this: sign in" : "Sign in"}
          </button>
          {login?.elsewhere && !isIn && <Elsewhere name={name} way={login.elsewhere} />}
          {isIn && (
            <>
              <button type="button" class="button small" onClick={() => renewLogin(name)}>
                Renew now
              </button>
              <ConfirmButton label="Sign out …" name={`Sign out of ${name}`} yes="Sign out" onYes={() => signOut(name)}>
                The login is forgotten here. {name} cannot serve until you sign in again.
              </ConfirmButton>
            </>
          )}
        </div>
      )}
      {state && <Progress name={name} state={state} />}
    </section>
  );
}

function HowToSwitchOn() {
  return (
    <p class="small">
      If you have such a licence and want it all the same, put{" "}
      <code>oauth = {'{ enabled = true, client_secret = "…" }'}</code> into this provider in the configuration file
      (Settings).
    </p>
  );
}

function LoginFacts({ login }: { login: LoginView }) {
  const { word, tone } = LOGIN_STATES[login.state];
  const who = [login.email, login.plan].filter((part) => part !== undefined).join(", ");
  return (
    <div>
      <p class="buttons">
        <StatePill tone={tone} word={word} /> <b>{login.label}</b>
        {who !== "" && <span class="muted">{who}</span>}
      </p>
      <p class="small muted">
        {login.from !== undefined && `It belongs to ${login.from}, and only that program renews it. `}
        {login.expires_at !== undefined && `The token is renewed by itself before ${dateAndClock(login.expires_at)}. `}
        {login.message}
      </p>
    </div>
  );
}

/** For a server on another machine than the browser, where the vendor's page finds nobody to come back to. */
function Elsewhere({ name, way }: { name: string; way: NonNullable<LoginView["elsewhere"]> }) {
  const { method, label, terms } = way;
  if (!terms) {
    return (
      <button type="button" class="button small" onClick={() => startSignIn(name, method)}>
        Sign in with a code
      </button>
    );
  }
  return (
    <ConfirmButton
      label="Sign in with a code …"
      name={`Sign in to ${name} with a code`}
      yes="I have read this: get a code"
      tone="primary"
      onYes={() => startSignIn(name, method)}
    >
      <p>
        You type a short code at the vendor's page, on any machine. This is another way to sign in: <b>{label}</b>.
      </p>
      <Terms terms={terms} />
    </ConfirmButton>
  );
}

function Terms({ terms }: { terms: TermsView }) {
  return (
    <p class="small">
      <b>Before you sign in</b> (as of {terms.as_of}): {terms.text}{" "}
      <a href={terms.source} target="_blank" rel="noreferrer noopener">
        Their own words
      </a>
    </p>
  );
}
