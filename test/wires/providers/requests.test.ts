/**
 * What each vendor of the catalogue receives when the real client's requests go to it: checked by the documented schema of
 * the vendor's protocol, which refuses unknown keys.
 */
import { describe, expect, it } from "vitest";
import type { InboundRequest } from "../../../lib/anthropic/request.ts";
import { readRequest } from "../../../lib/anthropic/request.ts";
import { modelCapabilities, PROVIDER_TYPES, upstreamModel, wireOf } from "../../../lib/catalog/index.ts";
import type { ProviderType } from "../../../lib/catalog/types.ts";
import type { WireId } from "../../../lib/catalog/wire-ids.ts";
import { loadWire } from "../../../lib/wires/index.ts";
import { CannotCarry, type Target } from "../../../lib/wires/wire.ts";
import * as built from "../../support/claude-code-request.ts";
import { oddRequests } from "../../support/odd-requests.ts";
import { captures } from "../../support/recordings.ts";
import { type AnthropicDialect, checkAnthropicRequest } from "../../support/validators/anthropic.ts";
import { checkGeminiRequest } from "../../support/validators/gemini.ts";
import { CHAT_DIALECTS, checkChatRequest } from "../../support/validators/openai-chat.ts";
import { checkResponsesRequest, RESPONSES_DIALECTS } from "../../support/validators/openai-responses.ts";

type Json = Record<string, unknown>;

/** What the client sends, as it is recorded, and further turns of the same shape. */
const REQUESTS: readonly (readonly [string, InboundRequest])[] = [
  ...captures()
    .filter(({ body }) => body?.messages)
    .map(
      ({ name, body, headers }) =>
        [`capture ${name}`, readRequest(Buffer.from(JSON.stringify(body)), headers)] as const,
    ),
  ["main turn", built.inbound(built.mainTurn())],
  ["after a tool's result", built.inbound(built.afterToolResult())],
  ["subagent", built.inbound(built.subagent({ tag: "x" }))],
  ["title", built.inbound(built.title())],
  ["web search", built.inbound(built.webSearch())],
  ["compaction", built.inbound(built.compaction())],
  ["image", built.inbound(built.withImage("message"))],
  ["image in a result", built.inbound(built.withImage("tool_result"))],
  ["long history", built.inbound(built.longHistory(3))],
  ["loaded tool", built.inbound(built.toolReference())],
];

/** What odd clients, tools and histories bring about. Claude itself gets it as it comes, so nothing is to be checked there. */
const ODD = oddRequests().map(([name, request]) => [name, built.inbound(request)] as const);

function getsTheClientsOwn({ quirks, wire }: ProviderType, model: string): boolean {
  return quirks?.betas === "pass" || (wire === "vertex" && model.includes("claude-"));
}

const PLAIN: AnthropicDialect = { thinking: ["enabled", "disabled"] };
const LEVELS = ["low", "medium", "high", "xhigh", "max"];

/** What vendors of Anthropic's protocol document; models of Claude at other hosts take what Claude takes. */
const ANTHROPIC_DIALECTS: Readonly<Record<string, AnthropicDialect>> = {
  anthropic: {
    own: true,
    thinking: ["adaptive"],
    efforts: LEVELS,
    midSystem: true,
    sampling: false,
    serverTools: true,
  },
  "anthropic-compatible": { own: true, thinking: ["adaptive"], efforts: LEVELS, midSystem: true, serverTools: true },
  minimax: { thinking: ["adaptive", "disabled"], documents: false },
  zenmux: { ...PLAIN, efforts: LEVELS, webSearch: true },
  openrouter: { ...PLAIN, efforts: LEVELS, webSearch: true },
  "kimi-coding": { ...PLAIN, efforts: ["low", "high", "max"], forcedChoice: false, demandsThinking: true },
  moonshot: { ...PLAIN, efforts: ["low", "high", "max"], forcedChoice: false, demandsThinking: true },
  deepseek: {
    ...PLAIN,
    efforts: ["low", "high", "max"],
    demandsThinking: true,
    webSearch: true,
    documents: false,
  },
};
const CLAUDE_ELSEWHERE: AnthropicDialect = {
  thinking: ["enabled", "adaptive", "disabled"],
  efforts: LEVELS,
  serverTools: true,
};

const dialects = new Map<string, AnthropicDialect>();

/** The same object for equal ones, which are compiled once. */
function anthropicDialect({
  type,
  model,
  capabilities: { maxOutput },
}: Pick<Target, "type" | "model" | "capabilities">) {
  const elsewhere = model.includes("claude-") && type.quirks?.betas !== "pass" ? CLAUDE_ELSEWHERE : undefined;
  const dialect: AnthropicDialect = {
    ...(elsewhere ?? ANTHROPIC_DIALECTS[type.id] ?? { ...PLAIN, efforts: LEVELS }),
    ...(maxOutput !== undefined && { maxTokens: maxOutput }),
    ...((type.quirks?.toolCallId === "kimi" || /kimi/i.test(model)) && { anyIds: true }),
  };
  const key = JSON.stringify(dialect);
  const known = dialects.get(key) ?? dialect;
  dialects.set(key, known);
  return known;
}

function faultsOf(wire: WireId, body: Json, { type, model, capabilities }: Target): string[] {
  switch (wire) {
    case "anthropic":
      return checkAnthropicRequest(body, anthropicDialect({ type, model, capabilities }));
    case "openai-chat":
      return checkChatRequest(body, CHAT_DIALECTS[type.id]);
    case "openai-responses":
      return checkResponsesRequest(body, RESPONSES_DIALECTS[type.id]);
    case "gemini":
      return checkGeminiRequest(body, { model });
    default: {
      if (model.startsWith("meta/")) return checkChatRequest(body, CHAT_DIALECTS[type.id]);
      if (!model.includes("claude-")) return checkGeminiRequest(body, { model, vertex: true });
      const { anthropic_version: version, ...rest } = body;
      const faults = checkAnthropicRequest({ ...rest, model }, ANTHROPIC_DIALECTS.anthropic ?? PLAIN);
      return version === "vertex-2023-10-16" ? faults : [...faults, "anthropic_version is missing"];
    }
  }
}

/** The limit of the answer, by whatever name the protocol has for it. */
function limitIn(body: Json): unknown {
  const { maxOutputTokens } = (body.generationConfig ?? {}) as Json;
  return body.max_tokens ?? body.max_completion_tokens ?? body.max_output_tokens ?? maxOutputTokens;
}

const WIRES: readonly WireId[] = ["anthropic", "openai-chat", "openai-responses", "gemini", "vertex"];
const pairs = PROVIDER_TYPES.flatMap((type) =>
  WIRES.filter((wire) => type.baseUrls[wire] !== undefined || type.wire === wire).map((wire) => ({ type, wire })),
);

/** Models that no tier of Claude's leads to, but that are asked by another protocol than those. */
const FURTHER: Readonly<Record<string, readonly string[]>> = {
  "vertex-ai": ["gemini-3.8-flash", "meta/llama-4-maverick-17b-128e-instruct-maas"],
};

/** The models that the provider offers for Claude's tiers, and further ones, as far as they are asked for over this wire. */
function targets(type: ProviderType, wire: WireId): Target[] {
  const models = ["claude-opus-5-5", "claude-sonnet-5-5", "claude-haiku-5-5"].map(
    (name) => upstreamModel(type, name)?.model ?? "some-model",
  );
  const asked = [...new Set([...models, ...(FURTHER[type.id] ?? [])])].filter(
    (model) => wire !== type.wire || wireOf(type, model) === wire,
  );
  const baseUrl = type.baseUrls[wire] ?? "http://vendor.test/v1";
  return asked.map((model) => ({
    provider: type.id,
    type,
    baseUrl,
    model,
    capabilities: modelCapabilities(type, model),
    project: "my-project",
    location: "global",
  }));
}

describe.each(pairs.map(({ type, wire }) => [type.id, wire, type] as const))("%s over %s", (_id, wireId, type) => {
  it("receives nothing that it does not document, and never a larger limit than its model has", async () => {
    const wire = await loadWire(wireId);
    let checked = 0;
    for (const target of targets(type, wireId))
      for (const [name, inbound] of [...REQUESTS, ...(getsTheClientsOwn(type, target.model) ? [] : ODD)]) {
        if (wire.localAnswer?.({ inbound, target, messageId: "msg_1" })) continue;
        let sent: ReturnType<typeof wire.request>;
        try {
          sent = wire.request(inbound, target);
        } catch (error) {
          if (error instanceof CannotCarry && error.reason !== "bad_request") continue;
          throw error;
        }
        const body = JSON.parse(String(sent.body)) as Json;
        expect(faultsOf(wireId, body, target), `${target.model}: ${name}`).toEqual([]);
        expect(`${sent.url} ${String(body.model)}`).toContain(target.model);
        const { maxOutput } = target.capabilities;
        if (maxOutput !== undefined && limitIn(body) !== undefined)
          expect(limitIn(body), `${target.model}: ${name}`).toBeLessThanOrEqual(maxOutput);
        if (type.quirks?.betas !== "pass")
          expect(String(sent.body)).not.toMatch(/device_id|x-anthropic-billing-header/);
        checked++;
      }
    if (targets(type, wireId).some(({ model }) => !model.startsWith("gpt-6-astra"))) expect(checked).toBeGreaterThan(0);
  });
});
