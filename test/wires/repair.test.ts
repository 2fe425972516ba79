/** A request that is refused for one field goes once more without it, unless it would then mean something else. */

import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { withoutHalfCharacters } from "../../lib/wires/half-characters.ts";
import { fieldIn, pathIn, Repairs } from "../../lib/wires/repair.ts";
import type { UpstreamRequest } from "../../lib/wires/wire.ts";
import { type Json, target } from "./openai-responses/support.ts";

const refusal = (message: string, more: Json = {}) => JSON.stringify({ error: { message, ...more } });
const requestOf = (body: Json): UpstreamRequest => ({
  method: "POST",
  url: "http://vendor.test/v1",
  headers: {},
  body: JSON.stringify(body),
});
const bodyOf = (request: UpstreamRequest | undefined) => request && (JSON.parse(String(request.body)) as Json);

describe("the field that a refusal names", () => {
  test.each([
    ["OpenAI", refusal("Unsupported parameter: 'max_tokens' is not supported with this model."), "max_tokens"],
    [
      "OpenAI's param",
      refusal("Your organization must be verified", { param: "reasoning.summary", code: "unsupported_value" }),
      "reasoning.summary",
    ],
    [
      "OpenAI's unknown",
      refusal("Unknown parameter: 'input[3].phase'.", { code: "unknown_parameter" }),
      "input[3].phase",
    ],
    ["Anthropic's like", refusal("context_management: Extra inputs are not permitted"), "context_management"],
    [
      "its variants",
      refusal("messages.1.content.0.thinking.cache_control: Extra inputs are not permitted"),
      "messages.1.content.0.thinking.cache_control",
    ],
    ["older OpenAI", refusal("Unrecognized request argument supplied: stream_options"), "stream_options"],
    ["Groq", refusal("'messages.2' : for 'role:assistant' : property 'reasoning' is unsupported"), "reasoning"],
    ["plain text", "parameter `seed` is not supported", "seed"],
    ["something else", refusal("messages: at least one message is required"), undefined],
    [
      "a wrong value",
      refusal("Invalid schema", { param: "tools[0].parameters", code: "invalid_function_parameters" }),
      undefined,
    ],
  ])("%s", (_who, body, field) => expect(fieldIn(body)).toBe(field));
});

describe("where the field is", () => {
  const body = {
    max_tokens: 1,
    reasoning: { summary: "auto" },
    messages: [{ role: "user", content: [{ type: "thinking", cache_control: {} }] }],
    tools: [{ name: "a" }, { name: "b", strict: true }],
  };

  test.each([
    ["max_tokens", "max_tokens"],
    ["body.max_tokens", "max_tokens"],
    ["reasoning.summary", "reasoning.summary"],
    ["messages.0.content.0.thinking.cache_control", "messages.content.cache_control"],
    ["tools[1].custom.strict", "tools.strict"],
    ["cache_control", "messages.content.cache_control"],
    ["nowhere", undefined],
    ["reasoning.nowhere", undefined],
  ])("%s", (field, path) => expect(pathIn(body, field)).toBe(path));
});

describe("repairs", () => {
  const to = target();
  const body = { model: "m", input: [{ role: "user", content: "hi" }], reasoning: { effort: "low", summary: "auto" } };
  const no = (field: string) =>
    Buffer.from(refusal(`Unsupported parameter: '${field}' is not supported with this model.`));

  it("goes once more without the field, and from then on never with it to that model", () => {
    const repairs = new Repairs();
    const repair = repairs.mend(requestOf(body), to, 400, no("reasoning.summary"));
    expect(repair?.without).toBe("reasoning.summary");
    const mended = { ...body, reasoning: { effort: "low" } };
    expect(bodyOf(repair?.request)).toEqual(mended);
    expect(bodyOf(repairs.apply(requestOf(body), to))).toEqual(mended);
    const other = target({}, { model: "other" });
    expect(repairs.apply(requestOf(body), other)).toEqual(requestOf(body));
    expect(repairs.apply(requestOf(body), target({}, { provider: "second" }))).toEqual(requestOf(body));
  });

  it("learns one field after the other", () => {
    const repairs = new Repairs();
    repairs.mend(requestOf(body), to, 400, no("reasoning.summary"));
    repairs.mend(requestOf(body), to, 422, no("reasoning.effort"));
    expect(bodyOf(repairs.apply(requestOf(body), to))?.reasoning).toEqual({});
  });

  it("cuts a field of the body out of its bytes, wherever it stands, and leaves the others as they are", () => {
    const repairs = new Repairs();
    for (const field of ["top_k", "stream_options"])
      repairs.mend(requestOf({ ...body, top_k: 1, stream_options: {} }), to, 400, no(field));
    const sent = (text: string) => String(repairs.apply({ ...requestOf({}), body: text }, to).body);
    expect(sent('{ "top_k":1, "model":"m","top_p":1.0 , "stream_options":{"a":[1]} }')).toBe(
      '{"model":"m","top_p":1.0}',
    );
    expect(sent('{"model":"a\\u00e9","stream_options":{}}')).toBe('{"model":"a\\u00e9"}');
    expect(sent('{"top_k":1}')).toBe("{}");
    expect(sent('{"model":"m"}')).toBe('{"model":"m"}');
    expect(sent("no JSON")).toBe("no JSON");
  });

  test.each([
    "model",
    "input",
    "input.content",
    "messages",
    "stream",
    "tools",
    "tools.name",
    "tools.parameters",
    "not_there",
  ])("never goes without %s", (field) => {
    const whole = {
      ...body,
      stream: true,
      tools: [{ name: "a", parameters: { properties: { not: 1 } } }],
      messages: [],
    };
    expect(new Repairs().mend(requestOf(whole), to, 400, no(field))).toBeUndefined();
  });

  test.each([
    ["auto", true],
    [{ type: "auto" }, true],
    ["required", false],
    [{ type: "function", name: "a" }, false],
  ])("goes without the choice of tools %j: %s", (tool_choice, may) => {
    const repair = new Repairs().mend(requestOf({ ...body, tool_choice }), to, 400, no("tool_choice"));
    expect(repair !== undefined).toBe(may);
  });

  it("leaves other statuses alone, and what is no JSON", () => {
    const repairs = new Repairs();
    for (const status of [401, 403, 404, 429, 500])
      expect(repairs.mend(requestOf(body), to, status, no("reasoning.summary"))).toBeUndefined();
    expect(repairs.mend({ ...requestOf({}), body: "{" }, to, 400, no("reasoning"))).toBeUndefined();
  });

  it("leaves the client to mend what Anthropic itself refuses", () => {
    const anthropic = target({ betas: "pass" });
    const request = requestOf({ context_management: {} });
    const extra = Buffer.from(refusal("context_management: Extra inputs are not permitted"));
    expect(new Repairs().mend(request, anthropic, 400, extra)).toBeUndefined();
    expect(bodyOf(new Repairs().mend(request, target({ betas: "strip" }), 400, extra)?.request)).toEqual({});
  });

  it("goes without reasoning that the account cannot read, this once", () => {
    const repairs = new Repairs();
    const state = { type: "reasoning", summary: [], encrypted_content: "x" };
    const request = requestOf({ ...body, input: [...body.input, state] });
    const unreadable = Buffer.from(
      refusal("The encrypted content gAAA could not be verified.", { code: "invalid_encrypted_content" }),
    );
    const repair = repairs.mend(request, to, 400, unreadable);
    expect(repair?.without).toBe("earlier reasoning");
    expect(bodyOf(repair?.request)?.input).toEqual(body.input);
    expect(repairs.apply(request, to)).toEqual(request);
    expect(repairs.mend(requestOf(body), to, 400, unreadable)).toBeUndefined();
  });

  it("remembers a bounded number of models", () => {
    const repairs = new Repairs();
    const first = target({}, { model: "m0" });
    for (let n = 0; n <= 256; n++)
      repairs.mend(requestOf(body), target({}, { model: `m${n}` }), 400, no("reasoning.summary"));
    expect(repairs.apply(requestOf(body), first)).toEqual(requestOf(body));
  });
});

describe("halves of characters", () => {
  it.each([
    ["a first half", '"a\\ud83d b"', '"a\\ufffd b"'],
    ["a second half, in capitals", '"\\uDE80"', '"\\ufffd"'],
    ["two first halves", '"\\ud83d\\ud83d\\ude80"', '"\\ufffd\\ud83d\\ude80"'],
    ["a whole pair", '"\\ud83d\\ude80"', undefined],
    ["a text about them", '"\\\\ud83d"', undefined],
    ["other escapes", '"\\u00e9\\n\\\\"', undefined],
  ])("%s", (_what, json, expected) => expect(withoutHalfCharacters(json)).toBe(expected));

  it("property: what is left is what JavaScript calls well-formed", () => {
    const unit = fc.constantFrom("\ud83d", "\ude80", "a", "\\", '"', "é", "🚀", "ud83d");
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 20 }), (text) => {
        const json = JSON.stringify(text);
        expect(JSON.parse(withoutHalfCharacters(json) ?? json)).toBe(text.replace(/\p{Surrogate}/gu, "\ufffd"));
      }),
    );
  });
});
