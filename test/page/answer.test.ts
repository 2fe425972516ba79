import fc from "fast-check";
import { expect, test } from "vitest";
import { addEvent, NO_ANSWER } from "../../lib/admin/test/answer.ts";
import { EventReader, type ServerEvent } from "../../lib/admin/test/sse.ts";

const event = (name: string, data: object): ServerEvent => ({
  event: name,
  data: JSON.stringify({ type: name, ...data }),
});

const WHOLE: ServerEvent[] = [
  event("message_start", { message: { model: "m", usage: { input_tokens: 12, output_tokens: 1 } } }),
  event("content_block_start", { index: 0, content_block: { type: "thinking", thinking: "" } }),
  event("content_block_delta", { index: 0, delta: { type: "thinking_delta", thinking: "Hm." } }),
  event("content_block_delta", { index: 0, delta: { type: "signature_delta", signature: "xyz" } }),
  event("content_block_stop", { index: 0 }),
  event("ping", {}),
  event("content_block_start", { index: 1, content_block: { type: "text", text: "" } }),
  event("content_block_delta", { index: 1, delta: { type: "text_delta", text: "Grüße, " } }),
  event("content_block_delta", { index: 1, delta: { type: "text_delta", text: "Welt 🌍" } }),
  event("content_block_stop", { index: 1 }),
  event("content_block_start", { index: 2, content_block: { type: "tool_use", name: "get_weather", input: {} } }),
  event("content_block_delta", { index: 2, delta: { type: "input_json_delta", partial_json: '{"city":' } }),
  event("content_block_delta", { index: 2, delta: { type: "input_json_delta", partial_json: '"Paris"}' } }),
  event("content_block_stop", { index: 2 }),
  event("message_delta", { delta: { stop_reason: "tool_use" }, usage: { output_tokens: 42 } }),
  event("message_stop", {}),
];

const written = (events: ServerEvent[], end: string) =>
  events.map(({ event: name, data }) => `event: ${name}${end}data: ${data}${end}${end}`).join("");

test("an answer grows block by block and is whole at message_stop", () => {
  expect(WHOLE.reduce(addEvent, NO_ANSWER)).toEqual({
    blocks: [
      { kind: "thinking", name: "", text: "Hm." },
      { kind: "text", name: "", text: "Grüße, Welt 🌍" },
      { kind: "tool", name: "get_weather", text: '{"city":"Paris"}' },
    ],
    usage: { input_tokens: 12, output_tokens: 42 },
    model: "m",
    stopReason: "tool_use",
    error: undefined,
    whole: true,
  });
});

test("an answer that was cut is not whole, and says what it was told", () => {
  const cut = [...WHOLE.slice(0, 8), event("error", { error: { type: "overloaded_error", message: "Overloaded" } })];
  expect(cut.reduce(addEvent, NO_ANSWER)).toMatchObject({ whole: false, error: "Overloaded" });
});

test("what it does not know changes nothing", () => {
  const answer = WHOLE.slice(0, 3).reduce(addEvent, NO_ANSWER);
  expect(addEvent(answer, event("something_new", { index: 0, delta: { text: "no" } }))).toBe(answer);
});

test("a search result is shown for what it is", () => {
  const block = { type: "web_search_tool_result", content: [{ title: "A" }] };
  const answer = addEvent(NO_ANSWER, event("content_block_start", { index: 0, content_block: block }));
  expect(answer.blocks[0]).toMatchObject({ kind: "other", name: "web_search_tool_result" });
});

test.each(["\n", "\r\n"])("events are read whole wherever the text is cut (line end %j)", (end) => {
  const text = written(WHOLE, end);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: text.length }), { maxLength: 40 }), (cuts) => {
      const places = [0, ...cuts.sort((a, b) => a - b), text.length];
      const reader = new EventReader();
      const read = places.slice(1).flatMap((to, at) => reader.push(text.slice(places[at], to)));
      expect(read).toEqual(WHOLE);
    }),
  );
});

test("comments and events without data are passed over; data of several lines is joined", () => {
  const reader = new EventReader();
  expect(reader.push(": still here\n\nevent: x\n\ndata: one\ndata:two\n\ndata: unfinished")).toEqual([
    { event: "message", data: "one\ntwo" },
  ]);
});
