import type { JournalEntry } from "../../journal/entry.ts";
import type { LoginView, ProviderState, ProviderStatus } from "../../server/admin/views.ts";

/** What a colour means; every use stands beside a word. */
export type Tone = "ok" | "warn" | "bad" | "info" | "quiet";

export const PROVIDER_STATES = {
  ok: { word: "Ready", tone: "ok", mend: "" },
  cooling: { word: "Resting", tone: "warn", mend: "It is asked again when the pause is over." },
  needs_login: { word: "Login refused", tone: "bad", mend: "Its key or login was refused. Renew it, then try again." },
  no_key: { word: "No key", tone: "quiet", mend: "It has no key to send, so it is left out." },
  disabled: { word: "Off", tone: "quiet", mend: "It is switched off in the configuration." },
} as const satisfies Record<ProviderState, { word: string; tone: Tone; mend: string }>;

/** What is the matter with a provider, and what the user can do: `sign-in`, or `retry` before its pause is over. */
export interface ProviderCondition {
  word: string;
  tone: Tone;
  mend: string;
  act?: "sign-in" | "retry";
}

/** A login that is missing is another matter than a key that was refused. */
export function condition({
  state,
  login,
  auth_type,
}: Pick<ProviderStatus, "state" | "login" | "auth_type">): ProviderCondition {
  const { word, tone, mend } = PROVIDER_STATES[state];
  if (state === "cooling") return { word, tone, mend, act: "retry" };
  if (state !== "needs_login") return { word, tone, mend };
  // Google's are not signed in for here: what was said at the last try tells where.
  if (auth_type === "adc") return { ...NO_CREDENTIALS, mend: login?.message ?? mend, act: "retry" };
  switch (login?.state) {
    case "signed_out":
      return { word: "Not signed in", tone: "warn", mend: "Nobody has signed in yet.", act: "sign-in" };
    case "needs_login":
      return { word: "Login has ended", tone: "bad", mend: login.message ?? "Sign in again.", act: "sign-in" };
    case "blocked":
      return { word: "Account shut out", tone: "bad", mend: login.message ?? "The vendor has shut it out." };
    case "off":
      return { word: "Login is off", tone: "quiet", mend: "This kind of login is switched on in the configuration." };
    default:
      return { word, tone, mend, act: "retry" };
  }
}

export const OUTCOMES = {
  running: { word: "Running", tone: "info" },
  ok: { word: "OK", tone: "ok" },
  failed: { word: "Failed", tone: "bad" },
  cut: { word: "Cut off", tone: "bad" },
  cancelled: { word: "Cancelled", tone: "quiet" },
  declined: { word: "Asked again", tone: "quiet" },
} as const satisfies Record<JournalEntry["outcome"], { word: string; tone: Tone }>;

/** Whole seconds until the provider is asked again. */
export function secondsLeft({ cooling_until }: ProviderStatus, now: number): number {
  return cooling_until === undefined ? 0 : Math.max(0, Math.ceil((cooling_until - now) / 1_000));
}

/** The provider as it is now: the server tells when a pause begins, its end is for the clock to see. */
export function providerNow(provider: ProviderStatus, now: number): ProviderStatus {
  const over = provider.cooling_until !== undefined && secondsLeft(provider, now) === 0;
  const paused = provider.state === "cooling" || provider.state === "needs_login";
  return over && paused ? { ...provider, state: "ok" } : provider;
}

/** Who is signed in at a provider, if anybody. */
export const LOGIN_STATES = {
  ok: { word: "Signed in", tone: "ok" },
  signed_out: { word: "Not signed in", tone: "warn" },
  needs_login: { word: "Login has ended", tone: "bad" },
  blocked: { word: "Account shut out", tone: "bad" },
  later: { word: "Signed in, being renewed", tone: "info" },
  off: { word: "Switched off", tone: "quiet" },
  passed_through: { word: "Passed through", tone: "info" },
} as const satisfies Record<LoginView["state"], { word: string; tone: Tone }>;

const NO_CREDENTIALS = { word: "No credentials", tone: "bad" } as const;

/** The state of a login in a word; Google's own credentials are no login that could end. */
export function loginWord(state: LoginView["state"], authType: string): { word: string; tone: Tone } {
  return authType === "adc" && state === "needs_login" ? NO_CREDENTIALS : LOGIN_STATES[state];
}

/** Has the user to sign in, here, before it serves? */
export function awaitsSignIn({ auth_type, login }: Pick<ProviderStatus, "auth_type" | "login">): boolean {
  return auth_type === "oauth" && (login?.state === "signed_out" || login?.state === "needs_login");
}

/** How keys and logins are spoken of. */
export const AUTH_WORDS: Record<string, string> = {
  api_key: "API key",
  oauth: "login (OAuth)",
  adc: "Google Cloud credentials",
  none: "none needed",
  passthrough: "the client's own login",
};
