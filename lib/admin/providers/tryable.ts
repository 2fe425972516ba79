/** What can be asked for a try, and what cannot. Pure. */
import type { ProviderView } from "../../server/admin/views.ts";
import { awaitsSignIn } from "../words/states.ts";

const CLIENTS_OWN = "Claude Code's own login goes through, so there is nothing to try out without it.";

/** Why a provider that signs in like this cannot be tried out before it is added; undefined where it can. */
export function untriedDraft(authType: string): string | undefined {
  if (authType === "oauth") return "You sign in after it has been added; then it can be tested.";
  return authType === "passthrough" ? CLIENTS_OWN : undefined;
}

/** Why this one cannot be tried out now; undefined where it can. */
export function untried(provider: Pick<ProviderView, "auth_type" | "login">): string | undefined {
  if (provider.auth_type === "passthrough") return CLIENTS_OWN;
  return awaitsSignIn(provider) ? "It can be tested once you have signed in." : undefined;
}
