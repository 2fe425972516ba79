import type { InboundRequest } from "../anthropic/request.ts";
import { holds } from "../anthropic/scan.ts";

export interface RequestClass {
  /** `main`, `subagent`, `workflow`, `compaction`, `auxiliary` or whatever the client says. */
  name: string;
  /** How it is known, in words that follow "the request's class is NAME". */
  known: string;
}

/** Claude Code marks a subagent in the first block of its system prompt. */
const SUBAGENT_MARK = "cc_is_subagent=true";

/**
 * What a request is for. Claude Code says so in a header when CLAUDE_CODE_GATEWAY_HINT_HEADERS=1 is set; without it the
 * body's own signs are read (facts measured with version 2.1.330).
 * @returns undefined when neither tells
 */
export function requestClass({ headers, facts, raw, top }: InboundRequest): RequestClass | undefined {
  const said = headers["x-claude-code-request-class"]?.trim().toLowerCase();
  if (said) return { name: said, known: "by its header" };
  if (headers["x-claude-code-agent-id"]) return { name: "subagent", known: "by its agent id" };
  const system = top.get("system");
  if (system && holds(raw, system, SUBAGENT_MARK))
    return { name: "subagent", known: "by the mark in its system prompt" };
  if (!headers["user-agent"]?.startsWith("claude-cli/") || facts.thinkingType !== undefined) return undefined;
  if (facts.toolCount === 0 && facts.structuredOutput)
    return { name: "auxiliary", known: "by asking for structured output without tools" };
  const onlySearch = facts.toolCount === 1 && facts.toolTypes.some((type) => type.startsWith("web_search"));
  return onlySearch ? { name: "auxiliary", known: "by bringing nothing but a web search" } : undefined;
}
