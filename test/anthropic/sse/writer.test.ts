import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkStream } from "../../../lib/anthropic/sse/grammar.ts";
import { MessageWriter } from "../../../lib/anthropic/sse/writer.ts";

const USAGE = { input_tokens: 3, output_tokens: 5 };
type Step = (writer: MessageWriter, n: number) => string;

const STEPS: Readonly<Record<string, Step>> = {
  text: (w, n) => w.text(`word ${n} é "quoted"\n`),
  nothing: (w) => w.text(""),
  thinking: (w, n) => w.thinking(`thought ${n}`),
  silentThinking: (w) => w.thinking(""),
  sign: (w, n) => {
    w.sign(`sig${n}`);
    return "";
  },
  tool: (w, n) => w.tool(`toolu_${n}`, "Bash") + w.toolInput('{"a":') + w.toolInput("1}"),
  bareTool: (w, n) => w.tool(`toolu_${n}`, "Bash"),
  search: (w, n) =>
    w.serverTool(`srvtoolu_${n}`, "web_search") +
    w.toolInput('{"query":"x"}') +
    w.whole({ type: "web_search_tool_result", tool_use_id: `srvtoolu_${n}`, content: [] }),
  close: (w) => w.close(),
};

describe("whatever is written in whatever order, the stream is well formed", () => {
  test("any steps, then finish", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...Object.keys(STEPS)), { maxLength: 20 }), (names) => {
        const writer = new MessageWriter({ id: "msg_1", model: "m" });
        let out = writer.start(USAGE);
        names.forEach((name, n) => {
          out += STEPS[name]?.(writer, n) ?? "";
        });
        out += writer.finish({ stopReason: "end_turn", usage: USAGE });
        out += writer.finish({ stopReason: "end_turn", usage: USAGE });
        expect(checkStream(out)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  test("any steps, then failure: one error event ends it", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...Object.keys(STEPS)), { maxLength: 20 }), (names) => {
        const writer = new MessageWriter({ id: "msg_1", model: "m" });
        let out = writer.start(USAGE);
        names.forEach((name, n) => {
          out += STEPS[name]?.(writer, n) ?? "";
        });
        out += writer.fail("overloaded_error", "cut") + writer.fail("overloaded_error", "cut");
        expect(checkStream(out)).toEqual([]);
        expect(out.match(/event: error/g)).toHaveLength(1);
        expect(out).not.toContain("message_stop");
      }),
      { numRuns: 200 },
    );
  });

  test("a finish without a start brings its own", () => {
    expect(
      checkStream(new MessageWriter({ id: "msg_1", model: "m" }).finish({ stopReason: "end_turn", usage: USAGE })),
    ).toEqual([]);
  });

  test("the last signature wins and goes out when the block closes", () => {
    const writer = new MessageWriter({ id: "msg_1", model: "m" });
    let out = writer.start(USAGE) + writer.thinking("a");
    writer.sign("old");
    writer.sign("new");
    out += writer.text("b") + writer.finish({ stopReason: "end_turn", usage: USAGE });
    expect(out.match(/signature_delta","signature":"(\w+)"/g)).toEqual(['signature_delta","signature":"new"']);
  });

  test("an open tool is not closed by a failure, so that nobody runs half a command", () => {
    const writer = new MessageWriter({ id: "msg_1", model: "m" });
    const out =
      writer.start(USAGE) +
      writer.tool("toolu_1", "Bash") +
      writer.toolInput('{"command":"rm') +
      writer.fail("overloaded_error", "cut");
    expect(out).not.toContain("content_block_stop");
  });
});

describe("the grammar checker", () => {
  const good = (): string => {
    const writer = new MessageWriter({ id: "msg_1", model: "m" });
    return writer.start(USAGE) + writer.text("x") + writer.finish({ stopReason: "end_turn", usage: USAGE });
  };
  const broken: Record<string, [change: (stream: string) => string, fault: string]> = {
    "a missing end": [(s) => s.slice(0, s.indexOf("event: message_stop")), "without message_stop"],
    "a second start": [
      (s) =>
        s.replace(
          "event: content_block_start",
          `${s.slice(0, s.indexOf("event: content_block_start"))}event: content_block_start`,
        ),
      "second message_start",
    ],
    "a gap in the indices": [(s) => s.replaceAll('"index":0', '"index":1'), "index 1, expected 0"],
    "an unclosed block": [(s) => s.replace(/event: content_block_stop\n.*\n\n/, ""), "while a block is open"],
    "no stop reason": [(s) => s.replace('"stop_reason":"end_turn"', '"stop_reason":null'), "stop_reason is not set"],
    "no usage": [
      (s) =>
        s.replace(
          /,"usage":\{"input_tokens":3,"output_tokens":5\}\}\n\nevent: message_stop/,
          "}\n\nevent: message_stop",
        ),
      "usage.output_tokens",
    ],
    "a wrong delta": [(s) => s.replace("text_delta", "thinking_delta"), "thinking_delta in a text block"],
    "an event without a name": [(s) => s.replace("event: content_block_delta\n", ""), "without a name"],
    "something after the end": [(s) => `${s}event: ping\ndata: {"type":"ping"}\n\n`, "after the end"],
    "no last blank line": [(s) => s.slice(0, -1), "blank line"],
    "data that is no JSON": [(s) => s.replace('{"type":"message_stop"}', "[DONE]"), "not JSON"],
  };
  test("accepts a good stream", () => expect(checkStream(good())).toEqual([]));
  test.each(Object.entries(broken))("finds %s", (_name, [change, fault]) => {
    expect(checkStream(change(good())).join("; ")).toContain(fault);
  });
});
