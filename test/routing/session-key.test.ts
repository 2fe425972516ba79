import { describe, expect, test } from "vitest";
import { readRequest } from "../../lib/anthropic/request.ts";
import { sessionKey } from "../../lib/routing/session-key.ts";
import * as claudeCode from "../support/claude-code-request.ts";

const keyOf = (body: object, headers: Record<string, string> = {}) =>
  sessionKey(readRequest(Buffer.from(JSON.stringify({ model: "m", messages: [], ...body })), headers));

describe("sessionKey", () => {
  test("is the client's own session, and a subagent's is its own", () => {
    const main = claudeCode.inbound(claudeCode.mainTurn({ session: "s-1" }));
    const later = claudeCode.inbound(claudeCode.longHistory(3, { session: "s-1" }));
    const agent = claudeCode.inbound(claudeCode.subagent({ session: "s-1", agent: "a-1" }));
    expect(sessionKey(main)).toBe("s-1");
    expect(sessionKey(later)).toBe("s-1");
    expect(sessionKey(agent)).toBe("s-1/a-1");
  });

  test.each([
    ["x-session-id", { "x-session-id": "s-2" }],
    ["x-session-affinity", { "x-session-affinity": "s-2" }],
    ["Claude Code's before others", { "x-session-id": "other", "x-claude-code-session-id": "s-2" }],
  ])("is taken from %s", (_, headers) => {
    expect(keyOf({}, headers)).toBe("s-2");
  });

  test("is taken from the metadata where no header tells", () => {
    expect(keyOf({ metadata: { user_id: '{"session_id":"s-3"}' } })).toBe("s-3");
  });

  describe("of a client that names no session", () => {
    const first = { role: "user", content: "Mend the build." };
    const system = (date: string) => [
      { type: "text", text: `x-anthropic-billing-header: cc_version=2.1.${date.length + Number(date.at(-1))};` },
      { type: "text", text: `You are an agent. Today is ${date}, 10:4${date.at(-1)}.` },
    ];

    test("stays the same while the conversation grows, dates change and the client is updated", () => {
      const one = keyOf({ system: system("2026-11-22"), messages: [first] });
      const two = keyOf({ system: system("2026-11-23"), messages: [first, { role: "assistant", content: "Done." }] });
      expect(two).toBe(one);
      expect(one).toMatch(/^[\w-]{22}$/);
    });

    test("differs with the beginning", () => {
      const keys = [
        keyOf({}),
        keyOf({ messages: [first] }),
        keyOf({ messages: [{ role: "user", content: "Mend the tests." }] }),
        keyOf({ system: "You are a poet.", messages: [first] }),
      ];
      expect(new Set(keys).size).toBe(keys.length);
    });
  });
});
