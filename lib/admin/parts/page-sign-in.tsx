import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { sendJson, signedOut } from "../state/api.ts";
import { reconnect } from "../state/connection.ts";

/** The server has an admin token: who does not show it sees nothing else. */
export function PageSignIn() {
  const token = useSignal("");
  const problem = useSignal<string | undefined>(undefined);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);
  const submit = async (event: Event) => {
    event.preventDefault();
    try {
      await sendJson("POST", "/api/session", { token: token.value });
      signedOut.value = false;
      reconnect();
    } catch (error) {
      problem.value = error instanceof Error ? error.message : String(error);
    }
  };
  return (
    <form class="card page-sign-in" onSubmit={submit}>
      <h1>Sign in</h1>
      <p class="muted">
        This server has an admin token. It stands in its configuration file, as <code>server.admin_token</code>.
      </p>
      <label for="admin-token">Admin token</label>
      <input
        id="admin-token"
        ref={input}
        type="password"
        autocomplete="current-password"
        required
        value={token}
        aria-invalid={problem.value === undefined ? undefined : "true"}
        aria-describedby="admin-token-problem"
        onInput={(event) => (token.value = event.currentTarget.value)}
      />
      <p id="admin-token-problem" role="alert" class="bad-text small">
        {problem.value}
      </p>
      <button type="submit" class="button primary">
        Sign in
      </button>
    </form>
  );
}
