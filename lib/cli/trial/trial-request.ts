import type { MessagesBody, Tool } from "../../anthropic/types.ts";
import { STAND_IN_KEY } from "../client-env.ts";
import type { MessagesRequest } from "./ask.ts";

export interface Trial {
  model: string;
  /** What to ask; undefined: something short. */
  prompt: string | undefined;
  session: string;
  /** Offers a tool and asks for its use. */
  withTool: boolean;
  /** One of the server's `api_keys`, where it wants one. Secret. */
  serverKey: string | undefined;
  /** `PROVIDER=FAILURE`, for this request alone. */
  simulate: string | undefined;
}

const TOOL: Tool = {
  name: "report_status",
  description: "Reports how the work stands.",
  input_schema: {
    type: "object",
    properties: { status: { type: "string", description: "In one word" } },
    required: ["status"],
  },
};

/** Models that think before they speak need room for it. */
const MOST_TOKENS = 1_024;

/** A short streaming request to `/v1/messages`. */
export function trialRequest({ model, prompt, session, withTool, serverKey, simulate }: Trial): MessagesRequest {
  const ask = withTool
    ? 'Say "Here it is." and then use report_status {"status":"ready"} once.'
    : "In one short sentence: which model are you?";
  const body: MessagesBody = {
    model,
    max_tokens: MOST_TOKENS,
    messages: [{ role: "user", content: prompt ?? ask }],
    ...(withTool && { tools: [TOOL] }),
    stream: true,
  };
  return {
    body,
    headers: {
      "content-type": "application/json",
      "user-agent": "ccmctl-test",
      "x-api-key": serverKey ?? STAND_IN_KEY,
      "anthropic-version": "2023-06-01",
      "x-claude-code-session-id": session,
      ...(simulate !== undefined && { "x-ccm-simulate": simulate }),
    },
  };
}
