/** @module Who is signed in where, and signing in and out. */
import type { SignInStart } from "../../../credentials/oauth/sign-in-start.ts";

/**
 * Who is signed in at a provider.
 * `signed_out`: nobody is. `needs_login`: the vendor has ended the login. `blocked`: the vendor, or an administrator, has
 * shut the account out. `later`: there is no token just now, but it is being seen to. `off`: this login must be switched on
 * in the configuration first. `passed_through`: Claude Code sends its own.
 */
export interface LoginView {
  state: "ok" | "signed_out" | "needs_login" | "blocked" | "later" | "off" | "passed_through";
  /** What one signs in to. */
  label: string;
  email?: string;
  plan?: string;
  /** Epoch ms; the token is refreshed before. */
  expires_at?: number;
  /** What is wrong with it, or was at the last refresh. */
  message?: string;
  /** The login belongs to another program, and only that one refreshes it: its name, or the path of its file. */
  from?: string;
  /** How much of the plan is used up, as the vendor's last answer said. `used` is 1 when all is. Times in epoch ms. */
  usage?: { windows: { window: string; used: number; resets_at?: number }[]; overage: boolean; seen_at: number };
  /** To be read before one signs in. */
  terms?: TermsView;
  /** How to sign in where the vendor's page cannot come back to this machine, and the terms of that way, if others. */
  elsewhere?: { method: "paste" | "device"; label: string; terms?: TermsView };
}

/** What a vendor's published terms say of programs like this one. */
export interface TermsView {
  as_of: string;
  text: string;
  source: string;
  /** Where the user can end the login at the vendor's. */
  manage: string;
}

/** An item of `GET /api/oauth/tokens`. */
export interface LoginItem extends LoginView {
  provider: string;
}

/** Answer of `POST /api/oauth/authorize`. */
export interface SignInView extends SignInStart {
  terms?: TermsView;
}

/** Answer of `GET /api/oauth/authorize/STATE`. */
export interface SignInStateView {
  provider: string;
  state: "waiting" | "done" | "failed";
  message?: string;
}

/** Answer of `POST /api/oauth/tokens/delete`. */
export interface SignedOutView {
  /** The vendor confirmed that the login is void. */
  revoked: boolean;
  /** Where to end it by hand, if not. */
  manage?: string;
}
