import { readClaims } from "../jwt.ts";
import type { Flow } from "./flow.ts";

export const google: Flow = {
  // A repeated consent brings a refresh token each time.
  authorizeParams: () => ({ access_type: "offline", prompt: "consent" }),
  exchangeParams: (_signIn, { clientSecret }) => ({ client_secret: clientSecret }),
  refreshParams: (_record, { clientSecret }) => ({ client_secret: clientSecret }),
  account({ idToken }) {
    const { sub, email } = readClaims(idToken) ?? {};
    return { ...(typeof sub === "string" && { id: sub }), ...(typeof email === "string" && { email }) };
  },
  credential: (record) => ({
    headers: { authorization: `Bearer ${record.access_token}` },
    secrets: [record.access_token],
    generation: record.generation,
  }),
};
