import type { Flow } from "./flow.ts";
import { openaiAccount } from "./openai-claims.ts";

/** Who asks. The vendor serves some models to its own clients only; we do not pretend to be one. */
const ORIGINATOR = "claude-code-mux";

export const codex: Flow = {
  authorizeParams: () => ({
    id_token_add_organizations: "true",
    codex_cli_simplified_flow: "true",
    originator: ORIGINATOR,
  }),
  exchangeParams: () => ({}),
  refreshParams: () => ({}),
  account: ({ idToken, accessToken }) => openaiAccount([idToken, accessToken]),
  credential: (record) => ({
    headers: {
      authorization: `Bearer ${record.access_token}`,
      originator: ORIGINATOR,
      "openai-beta": "responses=experimental",
      ...(record.account.id !== undefined && { "chatgpt-account-id": record.account.id }),
    },
    secrets: [record.access_token],
    generation: record.generation,
  }),
};
