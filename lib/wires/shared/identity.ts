import type { InboundRequest } from "../../anthropic/request.ts";
import type { MessagesBody } from "../../anthropic/types.ts";
import type { Quirks } from "../../catalog/types.ts";
import { hashed, sessionKey } from "./session-key.ts";

/** Who asks, as a hash at most: for prompt caches and for abuse reports, where the vendor has a use for it. */
export function identity(inbound: InboundRequest, { metadata }: MessagesBody, quirks: Quirks): Record<string, string> {
  const session = quirks.promptCacheKey ? sessionKey(inbound) : undefined;
  const user = quirks.safetyIdentifier && typeof metadata?.user_id === "string" ? hashed(metadata.user_id) : undefined;
  return {
    ...(session !== undefined && { prompt_cache_key: session }),
    ...(user !== undefined && { safety_identifier: user }),
  };
}
