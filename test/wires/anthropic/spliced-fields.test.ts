/** For another Claude only the fields that it takes otherwise are written anew; all other bytes stay the client's. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { readRequest } from "../../../lib/anthropic/request.ts";
import { claudeTraits } from "../../../lib/catalog/claude-traits.ts";
import { modelCapabilities, providerType } from "../../../lib/catalog/index.ts";
import { fitModel } from "../../../lib/wires/anthropic/fit-model.ts";
import { anthropic } from "../../../lib/wires/anthropic/index.ts";

const MODELS = ["claude-sonnet-4-20250514", "claude-opus-4-6", "claude-sonnet-5-5", "claude-haiku-5-5"];
const type = providerType("anthropic");
if (!type) throw new Error("the catalogue has no anthropic");

function send(text: string, model: string): string {
  const capabilities = modelCapabilities(type as NonNullable<typeof type>, model);
  const target = {
    provider: "p",
    type: type as NonNullable<typeof type>,
    baseUrl: "http://a.test",
    model,
    capabilities,
  };
  return String(anthropic.request(readRequest(Buffer.from(text), {}), target).body);
}

const CONVERSATION = '"messages" : [ {"role":"user","content":"a \\u00e9 1.0"} ]';

it("the conversation and what nobody knows keep their bytes", () => {
  const text = `{ "new":1.0, ${CONVERSATION} ,"thinking":{"type":"adaptive"},"model":"some-name" }`;
  expect(send(text, "claude-sonnet-4-20250514")).toBe(
    `{ "new":1.0, ${CONVERSATION} ,"thinking":{"type":"enabled","budget_tokens":24000},"model":"claude-sonnet-4-20250514" }`,
  );
});

it("a field that the model refuses is taken out, wherever it stands", () => {
  for (const text of [
    `{"model":"some-name" , "temperature" : 1 , ${CONVERSATION}}`,
    `{"model":"some-name",${CONVERSATION}, "temperature":1}`,
    `{ "temperature":1,"top_p":1,"model":"some-name",${CONVERSATION}}`,
  ]) {
    const sent = JSON.parse(send(text, "claude-sonnet-5-5"));
    expect(Object.keys(sent).sort()).toEqual(["messages", "model"]);
  }
});

it("property: it means what the same change to the parsed body means", () => {
  const fields = {
    model: fc.constant("some-name"),
    messages: fc.constant([{ role: "user", content: "a" }]),
    max_tokens: fc.option(fc.constantFrom(1000, 32_000, 200_000), { nil: undefined }),
    temperature: fc.option(fc.constant(0.5), { nil: undefined }),
    top_p: fc.option(fc.constant(0.5), { nil: undefined }),
    thinking: fc.option(
      fc.constantFrom<object>(
        { type: "adaptive", display: "omitted" },
        { type: "disabled" },
        { type: "enabled", budget_tokens: 5000 },
      ),
      { nil: undefined },
    ),
    output_config: fc.option(fc.constantFrom<object>({ effort: "max" }, { effort: "low", format: { a: 1 } }), {
      nil: undefined,
    }),
    tool_choice: fc.option(fc.constantFrom<object>({ type: "any" }, { type: "auto" }), { nil: undefined }),
    context_management: fc.option(fc.constant({ edits: [{ type: "clear_thinking_20251015" }] }), { nil: undefined }),
    system: fc.constant("s"),
  };
  const orders = fc.shuffledSubarray(Object.keys(fields), { minLength: Object.keys(fields).length });
  fc.assert(
    fc.property(fc.record(fields), orders, fc.constantFrom(...MODELS), (body, order, model) => {
      const given = Object.fromEntries(order.map((key) => [key, body[key as keyof typeof body]]));
      const traits = claudeTraits(model);
      const capabilities = modelCapabilities(type as NonNullable<typeof type>, model);
      if (!traits) throw new Error(`no traits of ${model}`);
      const fit = { ...traits, maxOutput: capabilities.maxOutput ?? traits.maxOutput };
      const wanted = fitModel({ ...JSON.parse(JSON.stringify(given)), model }, fit);
      expect(JSON.parse(send(JSON.stringify(given), model))).toEqual(JSON.parse(JSON.stringify(wanted)));
    }),
  );
});
