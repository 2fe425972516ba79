import { describe, expect, it } from "vitest";
import { LOGINS, type LoginFlow, loginFacts } from "../../lib/catalog/logins.ts";
import { readRefusal } from "../../lib/credentials/oauth/refusal.ts";

/** Where vendors put a code. */
const POSITIONS: Record<string, (code: string) => object> = {
  error: (code) => ({ error: code }),
  "error.code": (code) => ({ error: { code, message: "no" } }),
  "error.type": (code) => ({ error: { type: code, message: "no" } }),
  code: (code) => ({ code }),
  error_subtype: (code) => ({ error: "access_denied", error_subtype: code }),
  "in capitals": (code) => ({ error: code.toUpperCase() }),
};

const CASES = (Object.keys(LOGINS) as LoginFlow[]).flatMap((flow) =>
  LOGINS[flow].terminal.flatMap((code) => Object.keys(POSITIONS).map((position) => ({ flow, code, position }))),
);

function refusal(flow: LoginFlow, status: number, json: object) {
  return readRefusal({ status, headers: new Headers(), json, text: JSON.stringify(json) }, loginFacts(flow));
}

describe("a refusal of the token endpoint", () => {
  it.each(CASES)("of $flow, $code as $position: sign in again", ({ flow, code, position }) => {
    expect(refusal(flow, 400, POSITIONS[position]?.(code) ?? {})).toMatchObject({ kind: "sign_in", code });
  });

  it.each(CASES.filter(({ position }) => position === "error"))(
    "of $flow with $code in its words only, or from a server in trouble: later",
    ({ flow, code }) => {
      expect(refusal(flow, 400, { error: "server_busy", error_description: code }).kind).toBe("later");
      expect(refusal(flow, 503, { error: code }).kind).toBe("later");
    },
  );
});
