import type { InboundRequest } from "../../../anthropic/request.ts";
import type { Flow } from "./flow.ts";

/** Without it, Anthropic's API takes no login. Claude Code leaves it out when it was given a key. */
const OAUTH_BETA = "oauth-2025-04-20";

/** How Claude Code's requests introduce themselves, one of the first blocks of `system`. */
const IDENTITIES = [
  `"You are Claude Code, Anthropic's official CLI for Claude.`,
  `"You are a Claude agent, built on Anthropic's Claude Agent SDK.`,
];
/** The introduction is the first block, or the second behind a line of attribution. */
const INTRODUCTION_BYTES = 2_000;

export const claude: Flow = {
  authorizeParams: () => ({ code: "true" }),
  exchangeParams: ({ state }) => ({ state }),
  refreshParams: () => ({}),
  account({ answer }) {
    const { account, organization } = answer as { account?: Named; organization?: Named };
    return {
      ...(typeof account?.uuid === "string" && { id: account.uuid }),
      ...(typeof account?.email_address === "string" && { email: account.email_address }),
      ...(typeof organization?.name === "string" && { organization: organization.name }),
    };
  },
  credential(record, inbound) {
    if (!isClaudeCodes(inbound)) {
      const message = "this login serves requests of Claude Code only; other clients need an API key";
      return { failure: { reason: "capability", message }, counts: false };
    }
    return {
      headers: {
        authorization: `Bearer ${record.access_token}`,
        "anthropic-beta": withBeta(inbound.headers["anthropic-beta"]),
      },
      secrets: [record.access_token],
      generation: record.generation,
    };
  },
};

interface Named {
  uuid?: unknown;
  name?: unknown;
  email_address?: unknown;
}

/**
 * The plan behind this login is for Claude Code, and Anthropic refuses other requests of it, but for its smallest models.
 * Nothing is added to make another client look like it.
 */
function isClaudeCodes({ raw, top, facts }: InboundRequest): boolean {
  if (facts.model.includes("haiku")) return true;
  const system = top.get("system");
  if (!system) return false;
  const beginning = raw.toString("utf8", system.start, Math.min(system.end, system.start + INTRODUCTION_BYTES));
  return IDENTITIES.some((identity) => beginning.includes(identity));
}

/** Claude Code's own beta stays first, where it sends one. */
function withBeta(sent: string | undefined): string {
  const [first, ...rest] = (sent ?? "")
    .split(",")
    .map((beta) => beta.trim())
    .filter((beta) => beta !== "" && beta !== OAUTH_BETA);
  const betas = first?.startsWith("claude-code-") ? [first, OAUTH_BETA, ...rest] : [OAUTH_BETA, first, ...rest];
  return betas.filter((beta) => beta !== undefined).join(",");
}
