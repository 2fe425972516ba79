import { retryHeaders } from "../anthropic/errors.ts";
import { type BudgetState, budgetKey, budgetName, dollars, shareUsed } from "../journal/budget.ts";

/** One sentence for whoever sits before Claude Code: what is used up, until when, and what to do. */
export function refusalSentence(state: BudgetState): string {
  const { limit, spent, resetsAt } = state;
  const until = new Date(resetsAt).toLocaleString("en-GB", {
    weekday: "long",
    day: "numeric",
    month: "long",
    hour: "2-digit",
    minute: "2-digit",
  });
  const name = budgetName(state);
  return `${name.charAt(0).toUpperCase()}${name.slice(1)} of ${dollars(limit)} is used up (${dollars(spent)} spent); it starts again on ${until}. To go on now, raise ${budgetKey(state)}: ccmctl config edit`;
}

/** Claude Code tells its user at these shares, whatever ours. */
const NOTICES = [0.95, 0.75] as const;
const PERIOD_NAMES = { day: "daily", week: "weekly", month: "monthly" } as const;

/**
 * Headers by which Claude Code learns how much is used up. It shows them to users who are signed in, not to those with a
 * key; for these there is the status line. Protocol: https://code.claude.com/docs/en/llm-gateway-protocol
 */
export function warningHeaders(state: BudgetState): Record<string, string> {
  const used = Math.min(shareUsed(state), 0.99);
  return {
    "anthropic-ratelimit-unified-status": "allowed_warning",
    "anthropic-ratelimit-unified-representative-claim": "overage",
    "anthropic-ratelimit-unified-overage-status": "allowed_warning",
    "anthropic-ratelimit-unified-overage-utilization": used.toFixed(2),
    "anthropic-ratelimit-unified-overage-surpassed-threshold": String(used >= NOTICES[0] ? NOTICES[0] : NOTICES[1]),
    ...resetHeaders(state),
  };
}

/** Headers of a refusal. Without a claim in them, Claude Code shows the error's own sentence. */
export function refusalHeaders(state: BudgetState, now: number): Record<string, string> {
  return {
    ...retryHeaders(false, state.resetsAt - now),
    "anthropic-ratelimit-unified-status": "rejected",
    "anthropic-ratelimit-unified-overage-utilization": "1",
    "anthropic-ratelimit-unified-overage-surpassed-threshold": "1",
    "anthropic-ratelimit-unified-overage-period": PERIOD_NAMES[state.period],
    "anthropic-ratelimit-unified-overage-disabled-reason": "org_spend_cap_reached",
    ...resetHeaders(state),
  };
}

function resetHeaders({ resetsAt }: BudgetState): Record<string, string> {
  const seconds = String(Math.round(resetsAt / 1000));
  return { "anthropic-ratelimit-unified-reset": seconds, "anthropic-ratelimit-unified-overage-reset": seconds };
}
