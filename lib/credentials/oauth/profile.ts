import type { Endpoints } from "./endpoints.ts";
import { get, NoAnswer } from "./http.ts";
import type { LoginRecord } from "./record.ts";

/** Nobody waits long for what is only shown. */
const PATIENCE_MS = 5_000;

/** The plan behind a Claude login, where Anthropic tells; nothing else of the sign-in depends on it. */
export async function claudePlan(
  { flow, profileUrl }: Endpoints,
  { access_token }: LoginRecord,
): Promise<LoginRecord["account"]> {
  if (flow !== "claude" || profileUrl === undefined) return {};
  try {
    const { json } = await get(profileUrl, { authorization: `Bearer ${access_token}` }, PATIENCE_MS);
    const { account } = (json ?? {}) as { account?: { has_claude_max?: unknown; has_claude_pro?: unknown } };
    if (account?.has_claude_max === true) return { plan: "max" };
    return account?.has_claude_pro === true ? { plan: "pro" } : {};
  } catch (error) {
    if (error instanceof NoAnswer) return {};
    throw error;
  }
}
