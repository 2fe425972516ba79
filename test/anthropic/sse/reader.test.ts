import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type SseEvent, SseReader } from "../../../lib/anthropic/sse/reader.ts";

function read(bytes: Buffer, size: number): SseEvent[] {
  const reader = new SseReader();
  const events: SseEvent[] = [];
  for (let at = 0; at < bytes.length; at += size) events.push(...reader.push(bytes.subarray(at, at + size)));
  return [...events, ...reader.end()];
}

const PLAIN = 'event: a\ndata: {"x":"é😀漢"}\n\ndata: two\ndata: lines\n\n';
const EXPECTED = [
  { event: "a", data: '{"x":"é😀漢"}' },
  { event: "", data: "two\nlines" },
];

describe("an event stream is read alike however it is written and cut", () => {
  const variants: Record<string, string> = {
    LF: PLAIN,
    CRLF: PLAIN.replaceAll("\n", "\r\n"),
    "CR alone": PLAIN.replaceAll("\n", "\r"),
    "a BOM first": `\uFEFF${PLAIN}`,
    "comments between": `: OPENROUTER PROCESSING\n\n${PLAIN.replace("data: two", ": keepalive\ndata: two")}`,
    "no space after the colon": PLAIN.replaceAll(": ", ":").replace('"x":', '"x":'),
    "no last blank line": PLAIN.slice(0, -1),
    "no last line end": PLAIN.slice(0, -2),
    "unknown fields": `id: 7\nretry: 10\n${PLAIN}`,
  };
  for (const [name, text] of Object.entries(variants)) {
    test.each([1, 2, 3, 7, 4096])(`${name}, in slices of %i bytes`, (size) => {
      expect(read(Buffer.from(text), size)).toEqual(EXPECTED);
    });
  }

  test("an event without data is none; its name does not stick to the next", () => {
    expect(read(Buffer.from("event: lonely\n\ndata: x\n\n"), 5)).toEqual([{ event: "", data: "x" }]);
  });

  test("any events, any line end, any cuts", () => {
    const line = fc.string({ unit: "grapheme" }).map((s) => s.replace(/[\r\n\u2028\u2029]/g, " "));
    const event = fc.record({
      event: line.filter((s) => s !== "" && !s.startsWith(" ")),
      data: fc.array(line, { minLength: 1, maxLength: 3 }),
    });
    const property = fc.property(
      fc.array(event, { minLength: 1, maxLength: 6 }),
      fc.constantFrom("\n", "\r\n", "\r"),
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
      (events, end, cuts) => {
        const text = events
          .map((e) => `event: ${e.event}${end}${e.data.map((d) => `data: ${d}${end}`).join("")}${end}`)
          .join("");
        const bytes = Buffer.from(text);
        const reader = new SseReader();
        const got: SseEvent[] = [];
        for (let at = 0, i = 0; at < bytes.length; i++) {
          const size = cuts[i % cuts.length] ?? 1;
          got.push(...reader.push(bytes.subarray(at, at + size)));
          at += size;
        }
        got.push(...reader.end());
        expect(got).toEqual(events.map((e) => ({ event: e.event, data: e.data.join("\n") })));
      },
    );
    fc.assert(property, { numRuns: 300 });
  });

  test("an event that never ends is refused rather than kept", () => {
    const reader = new SseReader();
    reader.push(Buffer.from("data: "));
    const block = Buffer.alloc(1024 * 1024, 0x61);
    expect(() => {
      for (let i = 0; i < 17; i++) reader.push(block);
    }).toThrow("16 MiB");
  });
});
