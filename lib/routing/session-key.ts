import { createHash } from "node:crypto";
import type { InboundRequest } from "../anthropic/request.ts";
import { scanItems } from "../anthropic/scan.ts";

/** Headers by which clients name a conversation, Claude Code's first. */
const SESSION_HEADERS = ["x-claude-code-session-id", "x-session-id", "x-session-affinity"] as const;

/** What would make one conversation look like many: dates, times, and the line with which Claude Code signs its prompts. */
const VOLATILE = /\d{4}-\d{2}-\d{2}|\d{1,2}:\d{2}(?::\d{2})?|x-anthropic-billing-header[^"]*/g;

/**
 * What identifies the conversation that a request belongs to, so that it can stay with one provider and find its prompt
 * cache warm. A subagent has a prompt of its own and hence a cache of its own: it counts as a conversation of its own.
 * Without any id the beginning of the conversation has to tell.
 */
export function sessionKey(request: InboundRequest): string {
  const { headers, facts } = request;
  const named = SESSION_HEADERS.map((name) => headers[name]).find((value) => value);
  const session = named ?? facts.metadataSession ?? hashOfBeginning(request);
  const agent = headers["x-claude-code-agent-id"];
  return agent ? `${session}/${agent}` : session;
}

/** Of the system prompt and the first message, without what changes from turn to turn. */
function hashOfBeginning({ raw, top }: InboundRequest): string {
  const system = top.get("system");
  const messages = top.get("messages");
  const [first] = (messages && scanItems(raw, messages)) ?? [];
  const hash = createHash("sha256");
  for (const part of [system, first]) {
    if (part) hash.update(raw.toString("latin1", part.start, part.end).replace(VOLATILE, ""));
  }
  return hash.digest("base64url").slice(0, 22);
}
