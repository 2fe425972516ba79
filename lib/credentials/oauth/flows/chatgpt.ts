import type { Flow } from "./flow.ts";
import { openaiAccount } from "./openai-claims.ts";

const RESOURCE = "https://api.openai.com/v1";
/** The permission to use the plan; without it, the user has only said who they are. */
const USE_SCOPE = "chatgpt.tokens.use.direct";

/** Sign in with ChatGPT. @see https://developers.openai.com/siwc/token-sharing-open-source */
export const chatgpt: Flow = {
  authorizeParams: ({ nonce, hostId }) => ({
    agent_name_hint: "Claude Code Mux",
    ext_agent_host_id: hostId,
    resource: RESOURCE,
    nonce,
  }),
  exchangeParams: () => ({ resource: RESOURCE }),
  refreshParams: () => ({ resource: RESOURCE }),
  account: ({ idToken, accessToken }) => openaiAccount([idToken, accessToken]),
  refuses({ scopes }) {
    if (scopes === undefined || scopes.includes(USE_SCOPE)) return undefined;
    return "You signed in, but did not allow the use of your plan. Sign in again and allow it.";
  },
  credential: (record) => ({
    headers: { authorization: `Bearer ${record.access_token}` },
    secrets: [record.access_token],
    generation: record.generation,
  }),
};
