import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readRequest } from "../../lib/anthropic/request.ts";
import { spliceBody } from "../../lib/anthropic/splice.ts";
import { captures } from "../support/recordings.ts";

const TAG = "<CCM-SUBAGENT-MODEL>glm-4.6</CCM-SUBAGENT-MODEL>";

function splice(body: string, changes: Parameters<typeof spliceBody>[1]): string {
  return spliceBody(readRequest(Buffer.from(body), {}), changes).toString();
}

describe("the model's name", () => {
  test("is replaced where it stands and nothing else moves", () => {
    const body = '{ "future":1.0e3,\n"model" : "claude-x" ,"messages":[{"role":"user","content":"claude-x"}], "z":{} }';
    expect(splice(body, { model: 'a"b' })).toBe(body.replace('"claude-x"', '"a\\"b"'));
  });

  test("that needs no change leaves the very same buffer", () => {
    const request = readRequest(Buffer.from('{"model":"m","messages":[]}'), {});
    expect(spliceBody(request, { model: "m", removeSubagentTag: true })).toBe(request.raw);
  });

  test("of a real request: every other byte is the client's", () => {
    for (const { body } of captures()) {
      if (!body) continue;
      const raw = JSON.stringify(body);
      expect(splice(raw, { model: "vendor/other" })).toBe(raw.replace(`"${String(body.model)}"`, '"vendor/other"'));
    }
  });
});

describe("the subagent tag", () => {
  const around = (system: string) => `{"model":"m","system":${system},"messages":[]}`;
  const removed = (system: string) => splice(around(system), { removeSubagentTag: true });

  test.each([
    ["a string", `"${TAG}\\nYou are caf\\u00e9 \\/ 1"`, '"\\nYou are caf\\u00e9 \\/ 1"'],
    [
      "a block with a cache marker",
      `[{"type":"text","text":"You.","x":1},{"cache_control":{"type":"ephemeral"}, "text":"A ${TAG} B"}]`,
      '[{"type":"text","text":"You.","x":1},{"cache_control":{"type":"ephemeral"}, "text":"A  B"}]',
    ],
    ["several", `[{"text":"${TAG}a${TAG}"},{"text":"${TAG}b"}]`, '[{"text":"a"},{"text":"b"}]'],
    ["spaces and line ends inside", '"<CCM-SUBAGENT-MODEL> \\n x </CCM-SUBAGENT-MODEL>y"', '"y"'],
    ["a blank name", '"<CCM-SUBAGENT-MODEL></CCM-SUBAGENT-MODEL>y"', '"y"'],
    ["escaped brackets", '"\\u003cCCM-SUBAGENT-MODEL\\u003ex\\u003c/CCM-SUBAGENT-MODEL>\\u00e9"', '"é"'],
    ["an escaped key", `[{"te\\u0078t":"${TAG}a","n":1}]`, '[{"text":"a","n":1}]'],
    ["doubled keys, the last of which counts", `[{"text":"b","text":"${TAG}a"}]`, '[{"text":"a"}]'],
    ["half a tag, which is none", '"<CCM-SUBAGENT-MODEL>x"', '"<CCM-SUBAGENT-MODEL>x"'],
    ["a blank block without a tag", `[{"text":" "},{"text":"${TAG}a"}]`, '[{"text":" "},{"text":"a"}]'],
  ])("in %s", (_, system, expected) => {
    expect(removed(system)).toBe(around(expected));
  });

  test("alone in its block leaves text that Anthropic takes, and the cache marker", () => {
    expect(removed(`[{"type":"text","text":"${TAG}\\n","cache_control":{"type":"ephemeral"}}]`)).toBe(
      around('[{"type":"text","text":".","cache_control":{"type":"ephemeral"}}]'),
    );
    expect(removed(`"${TAG}"`)).toBe(around('"."'));
  });

  test("outside of system is left alone", () => {
    const body = `{"model":"m","system":"s","messages":[{"role":"user","content":"${TAG}"}]}`;
    expect(splice(body, { removeSubagentTag: true })).toBe(body);
  });

  test("goes together with the model's name, whichever stands first", () => {
    expect(splice(`{"model":"m","system":"${TAG}s","messages":[]}`, { model: "n", removeSubagentTag: true })).toBe(
      '{"model":"n","system":"s","messages":[]}',
    );
    expect(splice(`{"system":"${TAG}s","messages":[],"model":"m"}`, { model: "n", removeSubagentTag: true })).toBe(
      '{"system":"s","messages":[],"model":"n"}',
    );
  });

  test("property: means what the same change to the parsed body means, whatever else the body holds", () => {
    const text = fc
      .array(fc.oneof(fc.constant(TAG), fc.string({ unit: "binary" }), fc.constant("<")))
      .map((p) => p.join(""));
    const block = fc.record(
      { type: fc.constant("text"), text, extra: fc.jsonValue({ maxDepth: 2 }) },
      { requiredKeys: ["text"] },
    );
    const body = fc.record({
      other: fc.jsonValue({ maxDepth: 2 }),
      system: fc.oneof(text, fc.array(block)),
      model: fc.string({ minLength: 1, unit: "binary" }),
      messages: fc.constant([]),
    });
    const indent = fc.constantFrom(0, 2, "\t");
    fc.assert(
      fc.property(body, fc.string({ unit: "binary" }), indent, (tree, model, space) => {
        const expected = structuredClone(tree);
        expected.model = model;
        const strip = (from: string) => (from.includes(TAG) ? from.replaceAll(TAG, "").replace(/^\s*$/, ".") : from);
        if (typeof expected.system === "string") expected.system = strip(expected.system);
        else for (const b of expected.system) b.text = strip(b.text);
        const spliced = splice(JSON.stringify(tree, null, space), { model, removeSubagentTag: true });
        expect(spliced).toBe(JSON.stringify(expected, null, space));
      }),
    );
  });
});
