import { LOGINS } from "../../catalog/logins.ts";

/** What somebody should know before signing in with a subscription: the vendors' published terms, in plain words. */
export const SUBSCRIPTION_TERMS = [LOGINS.claude, LOGINS.chatgpt].map(
  ({ label, terms }) => `${label} (as of ${terms.asOf}): ${terms.text}`,
);
