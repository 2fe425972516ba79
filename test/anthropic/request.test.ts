import { describe, expect, test } from "vitest";
import { BadBody, readRequest } from "../../lib/anthropic/request.ts";

const read = (text: string) => readRequest(Buffer.from(text), {});

describe("readRequest", () => {
  test("keeps the bytes as they came and parses them once, when asked", () => {
    const raw = Buffer.from('{ "model":"m", "future":12345678901234567890, "messages":[] }');
    const request = readRequest(raw, { "x-app": "cli" });
    expect(request.raw).toBe(raw);
    expect(request.headers).toEqual({ "x-app": "cli" });
    expect(request.tree()).toBe(request.tree());
    expect(request.tree().messages).toEqual([]);
  });

  test.each([
    ["doubled keys: the last one counts, for us and for the provider", '{"model":"a","messages":[],"model":"b"}', "b"],
    ["an escaped key", '{"mod\\u0065l":"a","messages":[]}', "a"],
    ["a doubled key that is not ours", '{"x":1,"x":2,"model":"a","messages":[]}', "a"],
  ])("writes anew what could be read in two ways: %s", (_, text, model) => {
    const request = read(text);
    expect(request.facts.model).toBe(model);
    expect(JSON.parse(request.raw.toString())).toEqual(JSON.parse(text));
    expect(request.raw.toString().match(/"model"/g)).toHaveLength(1);
  });

  test.each([
    ["nothing", "", /not valid JSON/],
    ["no JSON", "hello", /not valid JSON/],
    ["an open object", '{"model":"m","messages":[', /not valid JSON/],
    ["bytes behind the end", '{"model":"m","messages":[]} and more', /not valid JSON \(at character 28\)/],
    ["an array", "[]", /must be a JSON object/],
    ["null", "null", /must be a JSON object/],
    ["no model", '{"messages":[]}', /^model: /],
    ["an empty model", '{"model":"","messages":[]}', /^model: /],
    ["a model that is no string", '{"model":["m"],"messages":[]}', /^model: /],
    ["no messages", '{"model":"m"}', /^messages: /],
    ["messages that are no array", '{"model":"m","messages":{}}', /^messages: /],
    ["a million levels", `{"model":"m","messages":${"[".repeat(1_000_000)}`, /deeper than 1000 levels/],
    ["depth behind doubled keys", `{"a":1,"a":${"[".repeat(2_000)}${"]".repeat(2_000)}}`, /deeper than 1000 levels/],
  ])("refuses %s and says why", (_, text, message) => {
    expect(() => read(text)).toThrow(BadBody);
    expect(() => read(text)).toThrow(message);
  });

  test("does not quote the body in its complaint", () => {
    expect(() => read('{"model":"m","messages":[sk-secret-0001]}')).toThrow(/^(?!.*sk-)/);
  });

  test("a string with a bad escape is complained of by whoever parses the body", () => {
    const request = read('{"model":"m","messages":[{"role":"user","content":"\\q"}]}');
    expect(request.facts.messageCount).toBe(1);
    expect(() => request.tree()).toThrow(BadBody);
  });

  test("takes a body of many megabytes", () => {
    const request = read(`{"messages":[{"role":"user","content":"${"a".repeat(20_000_000)}"}],"model":"m"}`);
    expect(request.facts.model).toBe("m");
    expect(request.facts.estimatedTokens).toBeGreaterThan(1_000);
  });

  test("lets go of the bytes and keeps what is known of them, whether it was asked for before or not", () => {
    const body = { model: "m", system: "words ".repeat(200), messages: [{ role: "user", content: "more words" }] };
    const [kept, gone] = [read(JSON.stringify(body)), read(JSON.stringify(body))];
    gone.letGo();
    expect([gone.raw.length, gone.top.size, gone.messages.length]).toEqual([0, 0, 0]);
    expect(gone.facts.estimatedTokens).toBe(kept.facts.estimatedTokens);
    expect(gone.facts.estimatedTokens).toBeGreaterThan(100);
    expect(gone.facts.messageCount).toBe(1);
    expect(() => gone.tree()).toThrow(BadBody);
  });

  test("of a client of OpenAI's lets go as well", () => {
    const request = readRequest(Buffer.from('{"model":"m","messages":[]}'), {}, { demands: {}, wishes: {} });
    request.letGo();
    expect([request.raw.length, request.extras]).toEqual([0, { demands: {}, wishes: {} }]);
  });
});
