import { describe, expect, test } from "vitest";
import { readRequest } from "../../lib/anthropic/request.ts";
import { captures } from "../support/recordings.ts";

/** Facts of a body that holds these fields besides model and messages, given as JSON text. */
function factsOf(fields: string, messages = "[]") {
  return readRequest(Buffer.from(`{"model":"m","messages":${messages}${fields && `,${fields}`}}`), {}).facts;
}

describe("facts", () => {
  test("of a request that says nothing", () => {
    const facts = factsOf("");
    expect({ ...facts, estimatedTokens: facts.estimatedTokens }).toEqual({
      model: "m",
      stream: false,
      maxTokens: undefined,
      thinkingType: undefined,
      thinkingBudget: undefined,
      effort: undefined,
      toolTypes: [],
      toolCount: 0,
      subagentTag: undefined,
      hasImage: false,
      hasDocument: false,
      structuredOutput: false,
      prefill: false,
      messageCount: 0,
      lastMessageBytes: 0,
      metadataSession: undefined,
      estimatedTokens: expect.any(Number),
    });
  });

  test.each([
    ['"stream":true', { stream: true }],
    ['"stream":"true"', { stream: false }],
    ['"max_tokens":32000', { maxTokens: 32_000 }],
    ['"max_tokens":"32000"', { maxTokens: undefined }],
    ['"thinking":{"type":"enabled","budget_tokens":31999}', { thinkingType: "enabled", thinkingBudget: 31_999 }],
    ['"thinking":{"type":7,"budget_tokens":"x"}', { thinkingType: undefined, thinkingBudget: undefined }],
    ['"thinking":null', { thinkingType: undefined }],
    ['"thinking":"enabled"', { thinkingType: undefined }],
    ['"output_config":{"effort":"max"}', { effort: "max", structuredOutput: false }],
    ['"output_config":{"effort":["max"]}', { effort: undefined }],
    ['"output_config":{"format":{"type":"json_schema","schema":{}}}', { structuredOutput: true }],
    ['"output_config":{"format":null}', { structuredOutput: false }],
    ['"output_format":{"type":"json_schema"}', { structuredOutput: true }],
    ['"output_format":null', { structuredOutput: false }],
    ['"tools":[{"name":"a"},{"type":"web_search_20250305"},{"type":"custom","name":"b"}]', { toolCount: 3 }],
    [
      '"tools":[{"input_schema":{"type":"object"}},{"type":"x"},{"ty\\u0070e":"y"},{"type":"x"}]',
      { toolTypes: ["x", "y"] },
    ],
    ['"tools":{}', { toolCount: 0, toolTypes: [] }],
    ['"metadata":{"user_id":"{\\"session_id\\":\\"s-1\\"}"}', { metadataSession: "s-1" }],
    ['"metadata":{"user_id":"user_ab_account__session_0f-11112222333344"}', { metadataSession: "0f-11112222333344" }],
    ['"metadata":{"user_id":"[1]"}', { metadataSession: undefined }],
    ['"metadata":{"user_id":"a@b.c"}', { metadataSession: undefined }],
    ['"metadata":[]', { metadataSession: undefined }],
  ])("%s", (fields, expected) => {
    expect(factsOf(fields)).toMatchObject(expected);
  });

  test.each([
    ["a string", '"<CCM-SUBAGENT-MODEL> glm-4.6 </CCM-SUBAGENT-MODEL> x"', "glm-4.6"],
    ["any block", '[{"text":"a"},{"text":"b <CCM-SUBAGENT-MODEL>m1</CCM-SUBAGENT-MODEL>"}]', "m1"],
    [
      "the first that is not blank",
      '"<CCM-SUBAGENT-MODEL> </CCM-SUBAGENT-MODEL><CCM-SUBAGENT-MODEL>m2</CCM-SUBAGENT-MODEL>"',
      "m2",
    ],
    ["escaped brackets", '"\\u003cCCM-SUBAGENT-MODEL\\u003em3\\u003c/CCM-SUBAGENT-MODEL\\u003e"', "m3"],
    ["half a tag", '"<CCM-SUBAGENT-MODEL>m"', undefined],
    ["a field that is not the text", '[{"text":"a","note":"<CCM-SUBAGENT-MODEL>m</CCM-SUBAGENT-MODEL>"}]', undefined],
    ["odd values", '[null,1,{"text":{}},"<CCM-SUBAGENT-MODEL>m</CCM-SUBAGENT-MODEL>"]', undefined],
  ])("the subagent tag in %s", (_, system, tag) => {
    expect(factsOf(`"system":${system}`).subagentTag).toBe(tag);
  });

  test("a tag in a message is not for us", () => {
    const message = '[{"role":"user","content":"<CCM-SUBAGENT-MODEL>m</CCM-SUBAGENT-MODEL>"}]';
    expect(factsOf('"system":"s"', message).subagentTag).toBeUndefined();
  });

  const image = '{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAAA"}}';
  const document = '{"type":"document","source":{"type":"url","url":"https://example.com/a.pdf"}}';
  const user = (content: string) => `[{"role":"user","content":${content}}]`;

  test.each([
    ["a message", user(`[${image}]`), { hasImage: true, hasDocument: false }],
    ["a spaced-out message", `[ { "role" : "user" ,\n"content" : [ { "type"\t:\n"image" } ] } ]`, { hasImage: true }],
    [
      "a tool's result",
      user(`[{"type":"tool_result","tool_use_id":"t","content":[${image},${document}]}]`),
      { hasImage: true, hasDocument: true },
    ],
    [
      "a later message",
      `[{"role":"user","content":"a"},{"role":"user","content":[${document}]}]`,
      { hasImage: false, hasDocument: true },
    ],
    [
      "a tool's input that looks the same",
      '[{"role":"assistant","content":[{"type":"tool_use","input":{"type":"image"}}]}]',
      { hasImage: false },
    ],
    ["a text that speaks of one", user('"{\\"type\\":\\"image\\"}"'), { hasImage: false }],
    ["another field's value", user('[{"type":"text","text":"image","kind":"image"}]'), { hasImage: false }],
  ])("an image or document in %s", (_, messages, expected) => {
    expect(factsOf("", messages)).toMatchObject(expected);
  });

  test("a schema of a tool that speaks of images brings none", () => {
    expect(factsOf('"tools":[{"name":"a","input_schema":{"enum":["image"],"type":"image"}}]').hasImage).toBe(false);
  });

  test.each([
    ['[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]', true],
    ['[{"role":"assistant","content":"a"},{"role":"user","content":"b"}]', false],
    ['[{"r\\u006fle":"assistant"}]', true],
    ["[1]", false],
  ])("prefill of %s: %s", (messages, prefill) => {
    expect(factsOf("", messages).prefill).toBe(prefill);
  });

  test("of the recorded requests are those of their parsed bodies", () => {
    for (const { body, headers } of captures()) {
      if (!body) continue;
      const { facts } = readRequest(Buffer.from(JSON.stringify(body)), headers);
      const tools = (body.tools ?? []) as { type?: string }[];
      expect(facts).toMatchObject({
        model: body.model,
        stream: body.stream,
        maxTokens: body.max_tokens,
        thinkingType: (body.thinking as { type: string } | undefined)?.type,
        effort: (body.output_config as { effort: string }).effort,
        toolCount: tools.length,
        toolTypes: [...new Set(tools.flatMap(({ type }) => type ?? []))],
        messageCount: (body.messages as unknown[]).length,
        metadataSession: headers["x-claude-code-session-id"],
        subagentTag: undefined,
        hasImage: false,
        prefill: false,
      });
    }
  });
});
