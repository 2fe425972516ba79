import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { Note, Problem } from "../parts/messages.tsx";
import { dateAndClock } from "../words/format.ts";
import { cancelSignIn, finishSignIn, type SignInState } from "./sign-in-state.ts";

type WaitingState = Extract<SignInState, { phase: "waiting" }>;

/** How far a sign-in has come, and what the user has to do next. */
export function Progress({ name, state }: { name: string; state: SignInState }) {
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

function Waiting({ name, state }: { name: string; state: WaitingState }) {
  const { url, expects, user_code, expires_at, note } = state.begun;
  return (
    <div class="sign-in-waiting">
      {note !== undefined && <Note>{note}</Note>}
      <p>
        {state.opened ? "Sign in in the window that has opened. " : "The browser let no window open. "}
        <a href={url} target="_blank" rel="noreferrer noopener">
          {state.opened ? "Open it again" : "Open the sign-in page"}
        </a>
        .
      </p>
      {user_code !== undefined && (
        <p>
          It asks for this code: <b class="user-code">{user_code}</b>
        </p>
      )}
      <p class="small muted">
        {expects.includes("paste") ? "" : "When you have typed it, nothing more is to do. "}
        {expects.includes("callback") && "When it comes back by itself, nothing more is to do. "}
        It waits until {dateAndClock(expires_at)}.
      </p>
      {expects.includes("paste") && <Paste name={name} comesBack={expects.includes("callback")} />}
      {state.problem !== undefined && <Problem>{state.problem}</Problem>}
      <p>
        <button type="button" class="button small" onClick={() => cancelSignIn(name)}>
          Give up this sign-in
        </button>
      </p>
    </div>
  );
}

/** Where the vendor shows a code, or the browser ends at an address that leads nowhere. */
function Paste({ name, comesBack }: { name: string; comesBack: boolean }) {
  const id = useId();
  const code = useSignal("");
  const complete = (event: Event) => {
    event.preventDefault();
    void finishSignIn(name, code.value);
  };
  const when = comesBack ? "If it shows a code, or ends at a page that does not load: paste" : "Then paste";
  return (
    <form onSubmit={complete} class="sign-in-paste">
      <label for={id}>{when} the code, or the whole address</label>
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
    </form>
  );
}
