import { type Claims, readClaims } from "../jwt.ts";
import type { LoginRecord } from "../record.ts";

/** What OpenAI's tokens say of the account; the id token is asked before the access token. */
export function openaiAccount(tokens: readonly (string | undefined)[]): LoginRecord["account"] {
  const claims = tokens.map(readClaims).filter((each) => each !== undefined);
  const first = (read: (claims: Claims) => unknown): string | undefined =>
    claims.map(read).find((value): value is string => typeof value === "string" && value !== "");
  const id = first(accountId);
  const email = first((all) => all.email ?? namespaced(all, "profile").email);
  const plan = first((all) => namespaced(all, "auth").chatgpt_plan_type);
  return {
    ...(id !== undefined && { id }),
    ...(email !== undefined && { email }),
    ...(plan !== undefined && { plan }),
  };
}

function accountId(claims: Claims): unknown {
  const [organization] = Array.isArray(claims.organizations) ? (claims.organizations as { id?: unknown }[]) : [];
  return claims.chatgpt_account_id ?? namespaced(claims, "auth").chatgpt_account_id ?? organization?.id;
}

function namespaced(claims: Claims, name: "auth" | "profile"): Claims {
  const value = claims[`https://api.openai.com/${name}`];
  return typeof value === "object" && value !== null ? (value as Claims) : {};
}
