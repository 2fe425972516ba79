import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import type { LoginView, ProviderView, TermsView } from "../../server/admin/views.ts";
import { ConfirmButton } from "../parts/confirm-button.tsx";
import { Problem } from "../parts/messages.tsx";
import { StatePill } from "../parts/pill.tsx";
import { dateAndClock } from "../words/format.ts";
import { LOGIN_STATES } from "../words/states.ts";
import {
  cancelSignIn,
  finishSignIn,
  renewLogin,
  type SignInState,
  signIns,
  signOut,
  startSignIn,
} from "./sign-in-state.ts";

/** The login of a provider: whose it is, how to get one, and what the vendor's terms say of it. */
export function SignIn({ provider: { name, login } }: { provider: ProviderView }) {
  const state = signIns.value[name];
  const isIn = login?.state === "ok" || login?.state === "later";
  return (
    <section class="sign-in" aria-label={`Login of ${name}`}>
      {login && <LoginFacts login={login} />}
      {login?.terms && !isIn && <Terms terms={login.terms} />}
      {login?.from === undefined && state?.phase !== "waiting" && (
        <div class="buttons">
          <button type="button" class={isIn ? "button small" : "button primary"} onClick={() => startSignIn(name)}>
            {isIn ? "Sign in again" : login?.terms ? "I have read this: sign in" : "Sign in"}
          </button>
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

function Progress({ name, state }: { name: string; state: SignInState }) {
  if (state.phase === "failed") return <Problem>{state.message}</Problem>;
  return (
    <div role="status">
      {state.phase === "starting" && <p class="small">Asking for the address …</p>}
      {state.phase === "done" && (
        <p class="ok-text">
          {state.message}{" "}
          {state.manage && (
            <a href={state.manage} target="_blank" rel="noreferrer noopener">
              At the vendor's
            </a>
          )}
        </p>
      )}
      {state.phase === "waiting" && <Waiting name={name} state={state} />}
    </div>
  );
}

function Waiting({ name, state }: { name: string; state: Extract<SignInState, { phase: "waiting" }> }) {
  const id = useId();
  const code = useSignal("");
  const { url, expects, user_code, expires_at } = state.begun;
  const complete = (event: Event) => {
    event.preventDefault();
    void finishSignIn(name, code.value);
  };
  return (
    <form onSubmit={complete} class="sign-in-paste">
      <p>
        {state.opened ? "Sign in in the window that has opened. " : "The browser let no window open. "}
        <a href={url} target="_blank" rel="noreferrer noopener">
          {state.opened ? "Open it again" : "Open the sign-in page"}
        </a>
        .
        {user_code !== undefined && (
          <>
            {" "}
            It asks for this code: <b class="mono">{user_code}</b>
          </>
        )}
      </p>
      <p class="small muted">
        {expects.includes("callback") && "When it comes back by itself, nothing more is to do. "}
        It waits until {dateAndClock(expires_at)}.
      </p>
      {expects.includes("paste") && (
        <>
          <label for={id}>
            If it shows a code, or ends at a page that does not load: paste the code, or the whole address
          </label>
          <div class="paste-line">
            <input
              id={id}
              class="mono"
              autocomplete="off"
              spellcheck={false}
              required
              value={code}
              onInput={(event) => (code.value = event.currentTarget.value)}
            />
            <button type="submit" class="button">
              Complete
            </button>
          </div>
        </>
      )}
      <p>
        <button type="button" class="button small" onClick={() => cancelSignIn(name)}>
          Give up this sign-in
        </button>
      </p>
      {state.problem !== undefined && <Problem>{state.problem}</Problem>}
    </form>
  );
}
