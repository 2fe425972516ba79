/** What the backends of ChatGPT plans receive: they refuse fields that the API for keys takes, and demand others. */
import { describe, expect, it } from "vitest";
import { providerType } from "../../../lib/catalog/index.ts";
import { loginFacts } from "../../../lib/catalog/logins.ts";
import { openaiResponses } from "../../../lib/wires/openai-responses/index.ts";
import type { Target } from "../../../lib/wires/wire.ts";
import * as built from "../../support/claude-code-request.ts";
import { checkResponsesRequest, PLAN_DIALECTS } from "../../support/validators/openai-responses.ts";

const openai = providerType("openai");
if (!openai) throw new Error("the catalogue has no openai");

describe.each(["chatgpt", "codex"] as const)("%s", (flow) => {
  const type = { ...openai, quirks: { ...openai.quirks, ...loginFacts(flow).quirks } };
  const baseUrl = loginFacts(flow).apiBase ?? "https://api.openai.com/v1";
  const to: Target = { provider: "plan", type, baseUrl, model: "gpt-6-sol", capabilities: {} };

  it.each([
    ["a main turn", built.mainTurn()],
    ["a long history", built.longHistory(2)],
    ["a title, which does not stream", built.title({ stream: false, change: (body) => delete body.system })],
  ])("accepts %s", (_what, request) => {
    const { body, headers, url } = openaiResponses.request(built.inbound(request), to);
    expect(checkResponsesRequest(JSON.parse(String(body)), PLAN_DIALECTS[flow])).toEqual([]);
    expect(url).toBe(`${baseUrl}/responses`);
    expect(headers.accept).toBe("text/event-stream");
  });
});
