/** Signing in to a provider by OAuth: a window of the vendor's, and what it shows pasted here where it cannot come back. */
import { signal } from "@preact/signals";
import type { SignedOutView, SignInStateView, SignInView } from "../../server/admin/views.ts";
import { ApiProblem, getJson, sendJson } from "../state/api.ts";
import { providers } from "../state/store.ts";

export type SignInState =
  | { phase: "starting" }
  /** `opened`: the browser let us open the vendor's window. */
  | { phase: "waiting"; begun: SignInView; opened: boolean; problem?: string }
  | { phase: "done"; message: string; manage?: string | undefined }
  | { phase: "failed"; message: string };

/** By provider. */
export const signIns = signal<Readonly<Record<string, SignInState>>>({});

const POLL_MS = 1_500;

/**
 * Called when the user has seen the vendor's terms and goes on.
 * @param method how, where the vendor's page cannot come back to the machine that the server runs on
 */
export async function startSignIn(provider: string, method?: "paste" | "device"): Promise<void> {
  // Only a window that a click opens at once is let through; it gets its address when the server has told it.
  const popup = open("", "", "popup,width=620,height=820");
  if (popup) popup.opener = null;
  set(provider, { phase: "starting" });
  try {
    const wanted = { provider, accept_terms: true, ...(method && { method }) };
    const begun = await sendJson<SignInView>("POST", "/api/oauth/authorize", wanted);
    if (popup) popup.location.href = begun.url;
    set(provider, { phase: "waiting", begun, opened: popup !== null });
    void watch(provider, begun.state);
  } catch (error) {
    popup?.close();
    set(provider, { phase: "failed", message: why(error) });
  }
}

/** @param code what the vendor's page shows, or the whole address at which the browser ended */
export async function finishSignIn(provider: string, code: string): Promise<void> {
  const state = signIns.value[provider];
  try {
    await sendJson("POST", "/api/oauth/exchange", { provider, code: code.trim() });
    await succeed(provider);
  } catch (error) {
    if (state?.phase === "waiting") set(provider, { ...state, problem: why(error) });
    else set(provider, { phase: "failed", message: why(error) });
  }
}

export async function cancelSignIn(provider: string): Promise<void> {
  const state = signIns.value[provider];
  forget(provider);
  if (state?.phase !== "waiting") return;
  await sendJson("DELETE", `/api/oauth/authorize/${encodeURIComponent(state.begun.state)}`).catch((error: unknown) =>
    set(provider, { phase: "failed", message: why(error) }),
  );
}

export async function signOut(provider: string): Promise<void> {
  try {
    const { revoked, manage } = await sendJson<SignedOutView>("POST", "/api/oauth/tokens/delete", { provider });
    const message = revoked
      ? "Signed out; the vendor has ended the login."
      : "The login is forgotten here. The vendor did not confirm its end; you can end it there as well.";
    set(provider, { phase: "done", message, manage });
    await providers.load();
  } catch (error) {
    set(provider, { phase: "failed", message: why(error) });
  }
}

export async function renewLogin(provider: string): Promise<void> {
  try {
    await sendJson("POST", "/api/oauth/tokens/refresh", { provider });
    set(provider, { phase: "done", message: "Renewed." });
    await providers.load();
  } catch (error) {
    set(provider, { phase: "failed", message: why(error) });
  }
}

/** The vendor may send the browser back to the server by itself. */
async function watch(provider: string, state: string): Promise<void> {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    const current = signIns.value[provider];
    if (current?.phase !== "waiting" || current.begun.state !== state) return;
    const seen = await getJson<SignInStateView>(`/api/oauth/authorize/${encodeURIComponent(state)}`).catch(
      (error: unknown): Partial<SignInStateView> =>
        error instanceof ApiProblem && error.status === 404 ? { state: "failed", message: error.message } : {},
    );
    if (signIns.value[provider] !== current) continue;
    if (seen.state === "done") return succeed(provider);
    if (seen.state === "failed") {
      return set(provider, { phase: "failed", message: seen.message ?? "The sign-in did not succeed." });
    }
  }
}

async function succeed(provider: string): Promise<void> {
  set(provider, { phase: "done", message: "Signed in. The provider is ready." });
  await providers.load();
}

function set(provider: string, state: SignInState): void {
  signIns.value = { ...signIns.value, [provider]: state };
}

function forget(provider: string): void {
  const { [provider]: _gone, ...rest } = signIns.value;
  signIns.value = rest;
}

function why(error: unknown): string {
  if (error instanceof ApiProblem && error.code === "not_found") {
    return "This server cannot sign in for you. Give the provider a key instead.";
  }
  return error instanceof Error ? error.message : String(error);
}
