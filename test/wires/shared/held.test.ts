import { setImmediate as turn } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { gemini } from "../../../lib/wires/gemini/index.ts";
import { openaiChat } from "../../../lib/wires/openai-chat/index.ts";
import { openaiResponses } from "../../../lib/wires/openai-responses/index.ts";
import { bodyOf } from "../../../lib/wires/shared/body.ts";
import type { StreamTranslator, Target, Wire } from "../../../lib/wires/wire.ts";
import { sseBytes } from "../../support/upstream.ts";
import { target as geminiTarget } from "../gemini/support.ts";
import { target as chatTarget, inbound, type Json } from "../openai-chat/support.ts";
import { target as responsesTarget } from "../openai-responses/support.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

const HISTORY = [
  { role: "user", content: "Read it." },
  { role: "assistant", content: [{ type: "tool_use", id: "call_1", name: "Read", input: { file_path: "a.ts" } }] },
  { role: "user", content: [{ type: "tool_result", tool_use_id: "call_1", content: "of a file ".repeat(1000) }] },
];
const REQUEST = { stream: true, tools: [{ name: "Read", input_schema: { type: "object" } }], messages: HISTORY };

const CHAT_CALL = { index: 0, id: "call_1", function: { name: "Read", arguments: "{}" } };
const RESPONSES_CALL = { type: "function_call", call_id: "call_1", name: "Read", arguments: "{}" };
const GEMINI_CALL = { functionCall: { id: "call_1", name: "Read", args: { file_path: "b.ts" } } };

/** The first words of an answer, and its end with a call whose id the conversation has already. */
const WIRES: [Wire, Target, Json[], Json[]][] = [
  [
    openaiChat,
    chatTarget(),
    [{ choices: [{ index: 0, delta: { content: "I read" } }] }],
    [
      { choices: [{ index: 0, delta: { tool_calls: [CHAT_CALL] } }] },
      { choices: [{ index: 0, delta: {}, finish_reason: "tool_calls" }] },
    ],
  ],
  [
    openaiResponses,
    responsesTarget(),
    [{ type: "response.output_text.delta", output_index: 0, content_index: 0, delta: "I read" }],
    [
      { type: "response.output_item.done", output_index: 1, item: RESPONSES_CALL },
      { type: "response.completed", response: { status: "completed", output: [] } },
    ],
  ],
  [
    gemini,
    geminiTarget(),
    [{ candidates: [{ content: { parts: [{ text: "I read" }] } }] }],
    [{ candidates: [{ content: { parts: [GEMINI_CALL] }, finishReason: "STOP" }] }],
  ],
];

function bytes(events: Json[]): Buffer {
  return sseBytes(events.map((event) => JSON.stringify(event)));
}

/** Sends the request and hears the first words of the answer. */
function begin(wire: Wire, target: Target, first: Json[]): { translator: StreamTranslator; body: WeakRef<object> } {
  const request = inbound(REQUEST);
  wire.request(request, target);
  const translator = wire.stream({ inbound: request, target, messageId: "msg_1" });
  expect(translator.push(bytes(first)).toString()).toContain("I read");
  return { translator, body: new WeakRef(bodyOf(request)) };
}

describe("an answer that is on its way", () => {
  it.each(WIRES.map((row) => [row[0].id, ...row] as const))(
    "does not hold the conversation: %s",
    async (_id, wire, target, first, last) => {
      const { translator, body } = begin(wire, target, first);
      while (body.deref()) {
        await turn();
        collectGarbage();
      }
      const end = translator.push(bytes(last)).toString() + translator.end().toString();
      expect(translator.phase).toBe("complete");
      expect(end).toContain('"name":"Read"');
      expect(end).not.toContain('"id":"call_1"');
    },
  );
});
