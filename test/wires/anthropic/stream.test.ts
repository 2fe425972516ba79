import { describe, expect, test } from "vitest";
import { checkStream } from "../../../lib/anthropic/sse/grammar.ts";
import type { Capabilities, ProviderType } from "../../../lib/catalog/types.ts";
import { AnthropicPassthrough } from "../../../lib/wires/anthropic/stream.ts";
import { recordings, slices } from "../../support/recordings.ts";
import { sseBytes } from "../../support/upstream.ts";

const TYPE: ProviderType = {
  id: "anthropic",
  label: "",
  group: "Custom",
  wire: "anthropic",
  baseUrls: {},
  auth: "none",
  authTypes: ["none"],
};
const TARGET = { provider: "p", type: TYPE, baseUrl: "", model: "m", capabilities: {} satisfies Capabilities };

function pass(bytes: Buffer, size: number): { out: string; stream: AnthropicPassthrough } {
  const stream = new AnthropicPassthrough(TARGET);
  const out = slices(bytes, size).map((slice) => stream.push(slice));
  out.push(stream.end());
  return { out: Buffer.concat(out).toString(), stream };
}

const EVENTS = [
  {
    type: "message_start",
    message: {
      id: "msg_1",
      type: "message",
      role: "assistant",
      model: "served",
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: { input_tokens: 9, output_tokens: 1 },
    },
  },
  { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
  { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Grüße 世界" } },
  { type: "content_block_stop", index: 0 },
  { type: "message_delta", delta: { stop_reason: "end_turn", stop_sequence: null }, usage: { output_tokens: 5 } },
  { type: "message_stop" },
].map((event) => JSON.stringify(event));

describe("Anthropic's stream passes through", () => {
  test.each([1, 7, 4096])("byte for byte in slices of %i, and its usage, end and model are known", (size) => {
    const bytes = sseBytes(EVENTS, { named: true });
    const { out, stream } = pass(bytes, size);
    expect(out).toBe(bytes.toString());
    expect(stream).toMatchObject({
      phase: "complete",
      stopReason: "end_turn",
      servedModel: "served",
      usage: { input_tokens: 9, output_tokens: 5 },
    });
  });

  const mended: Record<string, string> = {
    "events without names": sseBytes(EVENTS).toString(),
    "a second message_start": sseBytes([EVENTS[0] ?? "", ...EVENTS], { named: true }).toString(),
    "no last blank line": sseBytes(EVENTS, { named: true }).toString().slice(0, -1),
    "CR line ends": sseBytes(EVENTS, { named: true }).toString().replaceAll("\n", "\r"),
    "words after the end": `${sseBytes(EVENTS, { named: true })}data: [DONE]\n\n`,
  };
  test.each(Object.entries(mended))("what every client stumbles over is mended: %s", (_name, text) => {
    for (const size of [1, 7, 4096]) {
      const { out, stream } = pass(Buffer.from(text), size);
      expect(checkStream(out)).toEqual([]);
      expect(stream.phase).toBe("complete");
      expect(out).toContain("Grüße 世界");
    }
  });

  test.each([1, 2])("nothing that a user would miss has gone out after %i events", (count) => {
    const stream = new AnthropicPassthrough(TARGET);
    stream.push(sseBytes(EVENTS.slice(0, count), { named: true }));
    expect(stream.phase).toBe("before");
    stream.push(sseBytes(EVENTS.slice(count, 3), { named: true }));
    expect(stream.phase).toBe("content");
  });

  test("a cut is never a clean end, wherever it comes, unless the stop reason had proved the answer whole", () => {
    const bytes = sseBytes(EVENTS, { named: true });
    const whole = bytes.indexOf("event: message_stop");
    for (let at = 0; at < bytes.length; at++) {
      const { out, stream } = pass(bytes.subarray(0, at), 4096);
      // The last blank line may be missing: the event is whole without it.
      const isProved = at >= whole - 2;
      expect([at, stream.phase]).toEqual([at, isProved ? "complete" : "failed"]);
      if (isProved) expect(checkStream(out)).toEqual([]);
      else expect(out).not.toContain("message_stop");
      if (!isProved && out.includes("content_block_delta"))
        expect(checkStream(out + stream.fail({ reason: "truncated", message: "cut" }, "req_1"))).toEqual([]);
    }
  });
});

const recorded = recordings("anthropic").filter((r) => r.events);
test.runIf(recorded.length > 0).each(recorded.map((r) => [r.name, r] as const))(
  "recording %s",
  (_name, { events = [] }) => {
    const bytes = sseBytes(events, { named: true });
    const whole = pass(bytes, bytes.length);
    for (const size of [1, 7, 4096])
      expect(pass(bytes, size)).toMatchObject({ out: whole.out, stream: { phase: whole.stream.phase } });
    expect(bytes.toString().startsWith(whole.out)).toBe(true);
  },
);
