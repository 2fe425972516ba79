import { createHash } from "node:crypto";
import type { InboundRequest } from "../../anthropic/request.ts";

/** A name for the conversation that tells nothing of it, for vendors' prompt caches; undefined where the client names none. */
export function sessionKey({ headers, facts }: InboundRequest): string | undefined {
  const session = headers["x-claude-code-session-id"] ?? facts.metadataSession;
  return session === undefined ? undefined : hashed(session).slice(0, 32);
}

/** SHA-256 as 64 hexadecimal digits. */
export function hashed(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
