import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Mend, StreamDoctor } from "../../../lib/anthropic/sse/doctor.ts";
import { checkStream } from "../../../lib/anthropic/sse/grammar.ts";
import { EventSplitter } from "../../../lib/anthropic/sse/splitter.ts";
import { anthropicStreams } from "../../support/streams.ts";

type Json = Record<string, unknown>;

const START = {
  type: "message_start",
  message: {
    id: "msg_1",
    type: "message",
    role: "assistant",
    model: "m",
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: { input_tokens: 9, output_tokens: 1 },
  },
};
const open = (index: number, block: Json = { type: "text", text: "" }) => ({
  type: "content_block_start",
  index,
  content_block: block,
});
const text = (index: number, words: string) => ({
  type: "content_block_delta",
  index,
  delta: { type: "text_delta", text: words },
});
const close = (index: number) => ({ type: "content_block_stop", index });
const DELTA = {
  type: "message_delta",
  delta: { stop_reason: "end_turn", stop_sequence: null },
  usage: { output_tokens: 5 },
};
const STOP = { type: "message_stop" };
const TOOL = { type: "tool_use", id: "toolu_1", name: "Edit", input: {} };
const args = (index: number, partial_json: string) => ({
  type: "content_block_delta",
  index,
  delta: { type: "input_json_delta", partial_json },
});

/** Events as objects, or as raw text where they are to be broken. */
function treat(...events: (object | string)[]): { out: string; doctor: StreamDoctor } {
  const doctor = new StreamDoctor();
  const bytes = events.map((event) =>
    typeof event === "string"
      ? event
      : `event: ${(event as { type: string }).type}\ndata: ${JSON.stringify(event)}\n\n`,
  );
  const { events: cut } = new EventSplitter().push(Buffer.from(bytes.join("")));
  return { out: cut.map((event) => String(doctor.see(event))).join("") + doctor.end(), doctor };
}

const CONTENT = [open(0), text(0, "one "), text(0, "two"), close(0)];

describe("what the grammar allows goes through as it is", () => {
  test.each(anthropicStreams().map((stream) => [stream.name, stream.events] as const))("%s", (_name, events) => {
    const bytes = events.map((data) => `event: ${(JSON.parse(data) as { type: string }).type}\ndata: ${data}\n\n`);
    const doctor = new StreamDoctor();
    for (const event of bytes) {
      const buffer = Buffer.from(event);
      expect(doctor.see(buffer)).toBe(buffer);
    }
    expect([doctor.ended, doctor.fault, doctor.mends.size]).toEqual([true, undefined, 0]);
  });

  test("comments, pings and events that nobody knows yet", () => {
    const odd = [
      ": keep-alive\n\n",
      'event: ping\ndata: {"type":"ping"}\n\n',
      'event: news\ndata: {"type":"news"}\n\n',
    ];
    const { out, doctor } = treat(START, ...odd, ...CONTENT, DELTA, STOP);
    for (const event of odd) expect(out).toContain(event);
    expect(doctor.mends.size).toBe(0);
  });
});

describe("what is provable is mended", () => {
  const cases: Record<string, { events: (object | string)[]; mends: Mend[]; text?: string }> = {
    "a line that is not JSON, in text": {
      events: [
        START,
        open(0),
        text(0, "one "),
        'event: content_block_delta\ndata: {"type": oops\n\n',
        text(0, "two"),
        close(0),
        DELTA,
        STOP,
      ],
      mends: ["badLine"],
    },
    "an event without its name": {
      events: [START, open(0), `data: ${JSON.stringify(text(0, "one "))}\n\n`, text(0, "two"), close(0), DELTA, STOP],
      mends: ["name"],
    },
    "an event with another name": {
      events: [
        START,
        open(0),
        `event: message\ndata: ${JSON.stringify(text(0, "one "))}\n\n`,
        text(0, "two"),
        close(0),
        DELTA,
        STOP,
      ],
      mends: ["name"],
    },
    "a second message_start": { events: [START, START, ...CONTENT, DELTA, STOP], mends: ["secondStart"] },
    "missing counts and fields": {
      events: [
        { ...START, message: { id: "msg_1", model: "m" } },
        open(0, { type: "text" }),
        text(0, "one "),
        text(0, "two"),
        close(0),
        { type: "message_delta", delta: { stop_reason: "end_turn" } },
        STOP,
      ],
      mends: ["fields"],
    },
    "a block left open before the next": {
      events: [START, open(0), text(0, "one "), open(1), text(1, "two"), close(1), DELTA, STOP],
      mends: ["blockEnd"],
    },
    "a block left open at the end": {
      events: [START, open(0), text(0, "one "), text(0, "two"), DELTA, STOP],
      mends: ["blockEnd"],
    },
    "the end of a block twice": { events: [START, ...CONTENT, close(0), DELTA, STOP], mends: ["strayEnd"] },
    "every block is number 1": {
      events: [START, open(1), text(1, "one "), close(1), open(1), text(1, "two"), close(1), DELTA, STOP],
      mends: ["index"],
    },
    "a delta without words": {
      events: [
        START,
        open(0),
        { ...text(0, ""), delta: { type: "text_delta", text: null } },
        text(0, "one "),
        text(0, "two"),
        close(0),
        DELTA,
        STOP,
      ],
      mends: ["emptyDelta"],
    },
    "no message_delta": { events: [START, ...CONTENT, STOP], mends: ["stopReason"] },
    "no message_stop": { events: [START, ...CONTENT, DELTA], mends: ["end"] },
  };

  test.each(Object.entries(cases))("%s", (_name, { events, mends }) => {
    const { out, doctor } = treat(...events);
    expect(checkStream(out)).toEqual([]);
    expect([...doctor.mends]).toEqual(mends);
    expect([...out.matchAll(/"text_delta","text":"([^"]*)"/g)].map(([, words]) => words).join("")).toBe("one two");
    expect(doctor).toMatchObject({ ended: true, fault: undefined, stopReason: "end_turn" });
  });

  test("an answer with a tool and no message_delta ended for the tool", () => {
    const { out } = treat(START, open(0, TOOL), args(0, "{}"), close(0), STOP);
    expect(out).toContain('"stop_reason":"tool_use"');
  });
});

describe("anything else is an honest fault, and nothing follows it", () => {
  const bad = 'event: content_block_delta\ndata: {"type": oops\n\n';
  const cases: Record<string, (object | string)[]> = {
    "a line of a tool's input is not JSON": [START, open(0, TOOL), args(0, '{"a'), bad, args(0, '":1}'), close(0)],
    "a line of signed thinking is not JSON": [START, open(0, { type: "thinking", thinking: "", signature: "" }), bad],
    "three lines in a row are not JSON": [START, open(0), bad, bad, bad],
    "the line that told the stop reason is not JSON": [
      START,
      ...CONTENT,
      'event: message_delta\ndata: {"delta":{"stop_reason":"max_tok\n\n',
      STOP,
    ],
    "no message_start": [open(0), text(0, "one")],
    "a delta for a block that was closed": [START, ...CONTENT, text(0, "more")],
    "a delta of another kind": [START, open(0, TOOL), text(0, "words")],
    "a tool without a name": [START, open(0, { type: "tool_use", id: "toolu_1", input: {} })],
    "a block after the stop reason": [START, ...CONTENT, DELTA, open(1)],
  };
  test.each(Object.entries(cases))("%s", (_name, events) => {
    const { out, doctor } = treat(...events, text(0, "never"), STOP);
    expect(doctor.fault).toEqual(expect.any(String));
    expect(out).not.toContain("never");
    expect(out).not.toContain("message_stop");
  });
});

test("any stream with any events left out or doubled: the grammar holds, or the doctor says why not", () => {
  const streams = anthropicStreams().map(({ events }) => events.map((data) => JSON.parse(data) as { type: string }));
  const property = fc.property(
    fc.nat(streams.length - 1),
    fc.array(fc.tuple(fc.nat(200), fc.constantFrom("drop", "double", "break"))),
    (which, faults) => {
      const events = streams[which] ?? [];
      const broken = events.flatMap((event, at): (object | string)[] => {
        const fault = faults.find(([where]) => where % events.length === at)?.[1];
        if (fault === "drop") return [];
        if (fault === "double") return [event, event];
        return fault === "break" ? [`event: ${event.type}\ndata: ${JSON.stringify(event).slice(0, -1)}\n\n`] : [event];
      });
      const { out, doctor } = treat(...broken);
      const end = doctor.ended
        ? ""
        : 'event: error\ndata: {"type":"error","error":{"type":"api_error","message":"x"}}\n\n';
      // None is a fault to the protocol: clients report broken arguments to the model, and the last one counts.
      const tolerated = ["no JSON object", "message_delta out of place", "after the signature"];
      const found = checkStream(out + end).filter((fault) => !tolerated.some((words) => fault.includes(words)));
      expect(found).toEqual([]);
    },
  );
  fc.assert(property, { numRuns: 500 });
});
