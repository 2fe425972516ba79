import { describe, expect, test } from "vitest";
import { readRequest } from "../../lib/anthropic/request.ts";
import { seamBlock } from "../../lib/anthropic/seam.ts";

const OFFICIAL = {
  type: "fallback",
  from: { model: "a" },
  to: { model: "b" },
  trigger: { type: "refusal", category: "cyber" },
};
const text = (words: string) => ({ type: "text", text: words });

function sent(messages: unknown[], space?: number): string {
  const body = { model: "m", max_tokens: 5, messages, tools: [{ name: "fallback", input_schema: {} }] };
  return readRequest(Buffer.from(JSON.stringify(body, null, space)), {}).raw.toString();
}

describe("seams that we have set", () => {
  test.each([undefined, 2])("are taken out of what the client sends back, and nothing else changes (%s)", (space) => {
    const conversation = (...seams: object[]) => [
      { role: "user", content: "what is a fallback?" },
      { role: "assistant", content: [text("one "), ...seams, text('"fallback" and "provider_failure"'), ...seams] },
      { role: "user", content: [{ type: "tool_result", tool_use_id: "t", content: [text("fallback")] }] },
    ];
    const cleaned = sent(conversation(seamBlock("a", "b")), space);
    expect(JSON.parse(cleaned)).toEqual(JSON.parse(sent(conversation())));
    expect(cleaned.endsWith(sent(conversation(), space).slice(-80))).toBe(true);
  });

  test("Anthropic's own stay where they are", () => {
    const messages = [
      { role: "user", content: "hi" },
      { role: "assistant", content: [OFFICIAL, text("one")] },
    ];
    expect(JSON.parse(sent(messages)).messages).toEqual(messages);
  });

  test("words that look like one are words", () => {
    const messages = [{ role: "user", content: [text(JSON.stringify(seamBlock("a", "b"))), text("fallback")] }];
    expect(JSON.parse(sent(messages)).messages).toEqual(messages);
  });
});
