import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EventSplitter, eventName } from "../../../lib/anthropic/sse/splitter.ts";

function split(bytes: Buffer, cuts: readonly number[]): { events: string[]; forwarded: string; rest: string } {
  const splitter = new EventSplitter();
  const events: string[] = [];
  const forwarded: Buffer[] = [];
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = cuts[i % cuts.length] ?? 1;
    const result = splitter.push(bytes.subarray(at, at + size));
    events.push(...result.events.map(String));
    forwarded.push(result.bytes);
    at += size;
  }
  return { events, forwarded: Buffer.concat(forwarded).toString(), rest: splitter.rest().toString() };
}

describe("a byte stream is cut into whole events without changing a byte", () => {
  const texts = ["event: ping\ndata: {}\n\n", ": comment\n\n", 'event: a\r\ndata: {"t":"é"}\r\n\r\n', "data: x\n\n"];

  test.each([1, 2, 7, 4096])("in slices of %i bytes", (size) => {
    const { events, rest } = split(Buffer.from(texts.join("")), [size]);
    expect(events).toEqual(texts);
    expect(rest).toBe("");
  });

  test("what no blank line closes stays behind", () => {
    const { events, rest } = split(Buffer.from(`${texts[0]}event: half\ndata: {`), [9]);
    expect(events).toEqual([texts[0]]);
    expect(rest).toBe("event: half\ndata: {");
  });

  test("any events, any cuts: events joined, bytes forwarded and what came in are the same", () => {
    const property = fc.property(
      fc.array(fc.constantFrom(...texts), { maxLength: 8 }),
      fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 }),
      (events, cuts) => {
        const result = split(Buffer.from(events.join("")), cuts);
        expect(result).toEqual({ events, forwarded: events.join(""), rest: "" });
      },
    );
    fc.assert(property, { numRuns: 300 });
  });

  test("the name is that of the event line", () => {
    expect(eventName(Buffer.from("event: message_stop\r\ndata: {}\r\n\r\n"))).toBe("message_stop");
    expect(eventName(Buffer.from("event:ping\ndata: {}\n\n"))).toBe("ping");
    expect(eventName(Buffer.from("data: {}\n\n"))).toBe("");
  });
});
