/** The real client's recorded requests, and a conversation with everything in it, as each vendor's own schema wants them. */
import { describe, expect, it } from "vitest";
import { modelCapabilities, PROVIDER_TYPES, upstreamModel } from "../../../lib/catalog/index.ts";
import type { ProviderType } from "../../../lib/catalog/types.ts";
import { openaiChat } from "../../../lib/wires/openai-chat/index.ts";
import type { Target } from "../../../lib/wires/wire.ts";
import { captures } from "../../support/recordings.ts";
import { CHAT_DIALECTS, checkChatRequest } from "../../support/validators/openai-chat.ts";
import { inbound, type Json, requestBody } from "./support.ts";

const chatTypes = PROVIDER_TYPES.filter((type) => type.baseUrls["openai-chat"] !== undefined && CHAT_DIALECTS[type.id]);

/** What the wire throws for models that take tools on another protocol only. */
const refusal = (to: Target) =>
  to.model.startsWith("gpt-6-astra") ? expect.objectContaining({ reason: "capability" }) : undefined;

/** The provider as the catalogue has it, asked for the models that it offers for Claude's three tiers. */
function targets(type: ProviderType): Target[] {
  const models = ["claude-opus-5-5", "claude-sonnet-5-5", "claude-haiku-5-5"].map(
    (name) => upstreamModel(type, name)?.model ?? "some-model",
  );
  return [...new Set(models)].map((model) => ({
    provider: type.id,
    type,
    baseUrl: type.baseUrls["openai-chat"] ?? "",
    model,
    capabilities: modelCapabilities(type, model),
  }));
}

const use = (id: string, name: string, input: Json) => ({ type: "tool_use", id, name, input });
const png = { type: "image", source: { type: "base64", media_type: "image/png", data: "iVBORw0KGgo=" } };
const EVERYTHING: Json = {
  stream: true,
  max_tokens: 128_000,
  temperature: 0.5,
  top_k: 40,
  stop_sequences: ["A", "B", "C", "D", "E"],
  metadata: { user_id: '{"device_id":"d","session_id":"s"}' },
  thinking: { type: "adaptive" },
  output_config: { effort: "xhigh" },
  tool_choice: { type: "any", disable_parallel_tool_use: true },
  system: [
    { type: "text", text: "x-anthropic-billing-header: a" },
    { type: "text", text: "Be.", cache_control: { type: "ephemeral" } },
  ],
  tools: [
    {
      name: "Read",
      description: "Reads",
      input_schema: {
        $schema: "x",
        type: "object",
        properties: { path: { type: "string" } },
        additionalProperties: false,
      },
      cache_control: { type: "ephemeral" },
    },
    { name: "now", input_schema: {} },
  ],
  messages: [
    { role: "user", content: [{ type: "text", text: "go", cache_control: { type: "ephemeral" } }] },
    { role: "system", content: "Mode: plan.", output_config: { effort: "medium" } },
    {
      role: "assistant",
      content: [
        { type: "thinking", thinking: "hm", signature: "of another vendor" },
        { type: "text", text: "I look." },
        use("functions.Read:0", "Read", { path: "/a" }),
        use("toolu_01", "now", {}),
      ],
    },
    {
      role: "user",
      content: [
        {
          type: "tool_result",
          tool_use_id: "toolu_01",
          content: [{ type: "text", text: "noon" }, png],
          is_error: true,
        },
        { type: "tool_result", tool_use_id: "functions.Read:0", cache_control: { type: "ephemeral" } },
        { type: "text", text: "and?" },
      ],
    },
    { role: "assistant", content: "Well," },
    { role: "user", content: "on" },
  ],
};

describe.each(chatTypes.map((type) => [type.id, type] as const))("%s", (id, type) => {
  const dialect = CHAT_DIALECTS[id];
  const recorded = captures().filter(({ body }) => body?.messages);

  it.each(targets(type).map((to) => [to.model, to] as const))("accepts everything at once for %s", (_model, to) => {
    const refused = refusal(to);
    if (refused) expect(() => requestBody(EVERYTHING, to)).toThrow(refused);
    else expect(checkChatRequest(requestBody(EVERYTHING, to), dialect)).toEqual([]);
  });

  it.skipIf(recorded.length === 0)("accepts what the real client sends", () => {
    for (const { name, body = {}, headers } of recorded)
      for (const to of targets(type)) {
        const context = { inbound: inbound(body, headers), target: to, messageId: "msg_1" };
        if (openaiChat.localAnswer?.(context) || refusal(to)) continue;
        expect(checkChatRequest(requestBody(body, to, headers), dialect), name).toEqual([]);
      }
  });
});
