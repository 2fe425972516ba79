import type { Endpoints } from "./endpoints.ts";
import type { SignIn } from "./flows/flow.ts";
import type { Pasted } from "./paste.ts";
import { SignInFailed } from "./sign-in-failed.ts";

/** The sign-in that a paste shall end. */
export interface PastedInto {
  signIn: Pick<SignIn, "state" | "redirectUri">;
  request: { endpoints: Pick<Endpoints, "pasteWholeUrl"> };
}

/** A paste may be of another sign-in, or of another vendor's page. @throws {SignInFailed} and the sign-in goes on */
export function checkPaste({ signIn, request }: PastedInto, { state, address, code }: Pasted): void {
  if (state !== undefined && state !== signIn.state)
    throw new SignInFailed(
      "That code belongs to another sign-in. Paste the one of the page that you just opened.",
      true,
    );
  if (address !== undefined && address !== signIn.redirectUri)
    throw new SignInFailed(`That address is not where this sign-in ends (${signIn.redirectUri}).`, true);
  if (request.endpoints.pasteWholeUrl && address === undefined && code !== undefined)
    throw new SignInFailed("Paste the whole address that the browser ended at, not only the code.", true);
}

/** What the vendor said instead of giving a code (RFC 6749, section 4.1.2.1), in words for the user. */
export function declined(error: string, description: string | undefined): string {
  if (description?.includes("missing_codex_entitlement"))
    return "This ChatGPT account's plan does not include it. Use another account, or an API key.";
  if (error === "access_denied") return "You did not allow it, or the vendor does not for this account.";
  return `The vendor refused the sign-in: ${(description ?? error).slice(0, 200)}`;
}
