import { expect, test } from "vitest";
import { decide } from "../../lib/routing/decide.ts";
import { explain, explanationText } from "../../lib/routing/explain.ts";
import * as claudeCode from "../support/claude-code-request.ts";
import { healthy, settingsOf } from "../support/settings.ts";

const settings = await settingsOf(`
[[providers]]
name = "anthropic"
type = "anthropic"
api_key = "sk-ant-secret-0001"
headers = { x-team = "secret-0002" }
[[providers]]
name = "gpt"
type = "openai"
api_key = "sk-secret-0003"
[[providers]]
name = "spare"
type = "groq"
[[models]]
name = "claude-sonnet-4-6"
providers = [{ name = "anthropic" }, { name = "gpt" }, { name = "spare", model = "llama" }]
[router.default]
model = "claude-sonnet-4-6"
`);

const explained = (built: claudeCode.BuiltRequest) =>
  explain(decide(claudeCode.inbound(built), settings, healthy(), () => 0.5, 0));

test("a decision in plain text", () => {
  const [, standIn] = explained(claudeCode.mainTurn()).providers;
  expect(explanationText(explained(claudeCode.mainTurn()))).toBe(`\
claude-opus-5-5 goes to claude-sonnet-4-6: "claude-opus-5-5" matches ^claude-.

Rules, in the order in which they are tried:
  · explicit     the request names no provider
  · websearch    the route is not set
  · subagent-tag the system prompt holds no <CCM-SUBAGENT-MODEL>
  · long_context the route is not set
  · reasoning    the route is not set
  · background   the route is not set
  · subagent     the route is not set
  · compaction   the route is not set
  · model        no model is called "claude-opus-5-5"
  ✓ auto_map     "claude-opus-5-5" matches ^claude-

Providers of claude-sonnet-4-6, by priority:
  1. anthropic → claude-sonnet-4-6: priority 1
  2. gpt → ${standIn?.model} (a stand-in): priority 1

Set aside:
  - spare → llama: it has no API key
`);
});

test("no route in plain text", () => {
  expect(explanationText(explained(claudeCode.mainTurn({ model: "nobody,x" })))).toBe(`\
No route: there is no provider "nobody"; defined are: anthropic, gpt, spare.

Rules, in the order in which they are tried:
  · explicit     there is no provider "nobody"; defined are: anthropic, gpt, spare
`);
});

test("as JSON it holds all of it and no secret", () => {
  const explanation = explained(claudeCode.mainTurn());
  expect(JSON.parse(JSON.stringify(explanation))).toEqual(explanation);
  expect(explanation).toMatchObject({ outcome: "routed", rule: "auto_map", strategy: "priority" });
  expect(JSON.stringify(explanation)).not.toMatch(/secret/);
  expect(explained(claudeCode.mainTurn({ model: "nobody,x" }))).toMatchObject({
    outcome: "unknown_provider",
    providers: [],
  });
});
