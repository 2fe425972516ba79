/** What becomes of requests of Anthropic's protocol that go to another vendor of it, or to another Claude. */
import { describe, expect, it, test } from "vitest";
import { modelCapabilities, providerType } from "../../../lib/catalog/index.ts";
import { anthropic } from "../../../lib/wires/anthropic/index.ts";
import { packCarrier } from "../../../lib/wires/shared/carrier.ts";
import { streamFromAnswer } from "../../../lib/wires/shared/stream-from-answer.ts";
import type { Target } from "../../../lib/wires/wire.ts";
import { checkAnthropicRequest } from "../../support/validators/anthropic.ts";
import { inbound, type Json } from "../openai-chat/support.ts";

function to(id: string, model: string, more: Partial<Target> = {}): Target {
  const type = providerType(id);
  if (!type) throw new Error(`the catalogue has no ${id}`);
  const baseUrl = type.baseUrls.anthropic ?? "http://vendor.test";
  return { provider: id, type, baseUrl, model, capabilities: modelCapabilities(type, model), ...more };
}

function sent(body: Json, target: Target, headers: Record<string, string> = {}): Json {
  return JSON.parse(String(anthropic.request(inbound(body, headers), target).body)) as Json;
}

const SIGNED = `EqQBCgIYAhIM${"A".repeat(80)}`;
const thinking = (signature: string) => ({ type: "thinking", thinking: "hm", signature });
const use = (id: string) => ({ type: "tool_use", id, name: "Read", input: {} });
const result = (id: string) => ({ type: "tool_result", tool_use_id: id, content: "a" });
const carrier = packCarrier({ kind: "responses", provider: "openai", model: "m", data: "x" });
const loop = (first: Json[], more: Json = {}) => ({
  messages: [
    { role: "user", content: "go" },
    { role: "assistant", content: [...first, use("t1")] },
    { role: "user", content: [result("t1")] },
  ],
  ...more,
});

describe("to Anthropic itself", () => {
  const body = {
    model: "claude-opus-5-5",
    system: [{ type: "text", text: "x-anthropic-billing-header: a=b;" }],
    metadata: { user_id: "u" },
    something_new: { a: 1.0 },
    ...loop([thinking(SIGNED)]),
  };

  it("109: the same model and Anthropic's own history: the bytes are the client's", () => {
    const request = inbound(body);
    expect(anthropic.request(request, to("anthropic", "claude-opus-5-5")).body).toEqual(request.raw);
  });

  test.each([
    ["a carrier of ours", thinking(carrier)],
    ["no signature", thinking("")],
    ["somebody's short signature", { ...thinking("0a1b2c"), x: "" }],
  ])("83: thinking with %s is taken out where Anthropic's stays", (_what, foreign) => {
    const request = sent(
      { ...body, ...loop([thinking(SIGNED), foreign, thinking("")]) },
      to("anthropic", "claude-opus-5-5"),
    );
    expect((request.messages as Json[])[1]?.content).toEqual([thinking(SIGNED), use("t1")]);
    expect(request.metadata).toEqual({ user_id: "u" });
    expect(request.something_new).toEqual({ a: 1 });
  });

  it("84: in a tool loop of another vendor thinking with a budget goes, and edits that need it", () => {
    const edits = { edits: [{ type: "clear_thinking_20251015", keep: "all" }, { type: "clear_tool_uses_20250919" }] };
    const wish = { thinking: { type: "enabled", budget_tokens: 2000 }, max_tokens: 4000, context_management: edits };
    const request = sent(
      { model: "claude-sonnet-4-5", ...loop([thinking(carrier)], wish) },
      to("anthropic", "claude-sonnet-4-5"),
    );
    expect(request).not.toHaveProperty("thinking");
    expect(request.context_management).toEqual({ edits: [{ type: "clear_tool_uses_20250919" }] });
    expect(checkAnthropicRequest(request, { own: true, thinking: ["enabled"], efforts: [] })).toEqual([]);
  });

  it("searches and citations of other vendors are taken out", () => {
    const search = [
      { type: "server_tool_use", id: "s1", name: "web_search", input: {} },
      {
        type: "web_search_tool_result",
        tool_use_id: "s1",
        content: [{ type: "web_search_result", url: "u", encrypted_content: "" }],
      },
      { type: "text", text: "So.", citations: [{ type: "web_search_result_location", encrypted_index: "" }] },
    ];
    const messages = [
      { role: "user", content: "go" },
      { role: "assistant", content: search },
      { role: "user", content: "on" },
    ];
    const request = sent({ model: "claude-opus-5-5", messages }, to("anthropic", "claude-opus-5-5"));
    expect((request.messages as Json[])[1]?.content).toEqual([{ type: "text", text: "So." }]);
  });
});

describe("ids of calls that another vendor made", () => {
  /** As Kimi writes them over Anthropic's protocol: they count the calls of each answer. */
  const KIMIS = "functions.Read:0";
  const round = (id: string) => [
    { role: "assistant", content: [{ ...use(id), input: { id: "a:b", number: 1 } }] },
    { role: "user", content: [result(id)] },
  ];
  const conversation = (...ids: string[]) => ({
    model: "claude-opus-5-5",
    max_tokens: 100,
    messages: [{ role: "user", content: "go" }, ...ids.flatMap(round)],
  });
  const idsIn = ({ messages }: Json) =>
    (messages as { content: Json[] }[])
      .slice(1)
      .map(({ content }) => content.at(-1)?.id ?? content.at(-1)?.tool_use_id);

  it.each([
    ["anthropic", "claude-opus-5-5"],
    ["anthropic", "claude-haiku-5-5"],
    ["zenmux", "anthropic/claude-sonnet-4.5"],
  ])("are legal for %s's %s, each its own, the same in every turn", (type, model) => {
    const target = to(type, model);
    const longer = idsIn(sent(conversation(KIMIS, KIMIS, "toolu_1", "call_a|fc_b"), target));
    const dialect = { own: type === "anthropic", thinking: ["enabled"] };
    expect(checkAnthropicRequest(sent(conversation(KIMIS, KIMIS), target), dialect)).toEqual([]);
    expect(new Set(longer).size).toBe(4);
    for (const at of [0, 2, 4, 6]) expect(longer[at]).toBe(longer[at + 1]);
    expect(longer[4]).toBe("toolu_1");
    expect(longer.slice(0, 4)).toEqual(idsIn(sent(conversation(KIMIS, KIMIS), target)));
  });

  it.each([
    ["kimi-coding", "kimi-for-coding"],
    ["anthropic-compatible", "kimi-k3"],
  ])("go back as they were to %s", (type, model) => {
    expect(idsIn(sent(conversation(KIMIS), to(type, model)))).toEqual([KIMIS, KIMIS]);
  });

  describe("that the conversation has already", () => {
    const message = {
      ...{ id: "msg_1", type: "message", role: "assistant", model: "k3", stop_reason: "tool_use", stop_sequence: null },
      content: [{ ...use(KIMIS), input: { path: "a" } }, use("functions.Read:1")],
      usage: { input_tokens: 1, output_tokens: 1 },
    };
    const context = (target: Target) => ({ inbound: inbound(conversation(KIMIS)), target, messageId: "msg_1" });
    const idsOf = (content: Json[]) => content.map(({ id }) => id);
    const answered = (target: Target) => {
      const answer = anthropic.answer(Buffer.from(JSON.stringify(message)), context(target));
      if (!answer.ok) throw new Error("no answer");
      return idsOf((JSON.parse(String(answer.body)) as { content: Json[] }).content);
    };

    it("become others for the client, which would take two calls for one", () => {
      const [first, second] = answered(to("kimi-coding", "k3"));
      expect(first).toMatch(/^toolu_[a-zA-Z0-9]{24}$/);
      expect(second).toBe("functions.Read:1");
    });

    it("also in a stream, which is else as it was", () => {
      const target = to("kimi-coding", "k3");
      const stream = anthropic.stream(context(target));
      const events = String(streamFromAnswer(Buffer.from(JSON.stringify(message))));
      const told = `${stream.push(Buffer.from(events))}${stream.end()}`;
      const [own = ""] = answered(target);
      expect(told).toBe(events.replace(KIMIS, String(own)));
      expect(stream.notes).toEqual(["gave a call an id of its own"]);
    });

    it("stay at Anthropic, which gives none twice", () => {
      expect(answered(to("anthropic", "claude-opus-5-5"))[0]).toBe(KIMIS);
    });
  });

  it("are not looked for in what tools were given", () => {
    const request = inbound(conversation("toolu_1"));
    expect(anthropic.request(request, to("anthropic", "claude-opus-5-5")).body).toEqual(request.raw);
  });
});

describe("to another Claude", () => {
  test.each([
    ["anthropic", "claude-sonnet-4-5"],
    ["zenmux", "anthropic/claude-sonnet-4.5"],
  ])("84: %s's %s does not come to think by budget in a round of tools that was begun without", (type, model) => {
    const wish = { thinking: { type: "adaptive" }, output_config: { effort: "high" }, max_tokens: 64_000 };
    const begun = sent({ model: "claude-opus-5-5", ...wish, ...loop([]) }, to(type, model));
    expect(begun).not.toHaveProperty("thinking");
    const asked = sent(
      { model: "claude-opus-5-5", ...wish, messages: [{ role: "user", content: "go" }] },
      to(type, model),
    );
    expect(asked.thinking).toEqual({ type: "enabled", budget_tokens: 24_000 });
  });

  const wish = (model: string, body: Json) => {
    const { thinking, output_config, temperature, tool_choice, max_tokens } = sent(
      { model: "claude-opus-5-5", max_tokens: 128_000, ...body },
      to("anthropic", model),
    );
    return { thinking, effort: (output_config as Json | undefined)?.effort, temperature, tool_choice, max_tokens };
  };
  const adaptive = (effort?: string) => ({
    thinking: { type: "adaptive", display: "omitted" },
    ...(effort && { output_config: { effort } }),
  });

  test.each([
    ["claude-sonnet-4-5", "low", { type: "enabled", budget_tokens: 4096 }, undefined],
    ["claude-sonnet-4-5", "medium", { type: "enabled", budget_tokens: 10_000 }, undefined],
    ["claude-haiku-4-5", "max", { type: "enabled", budget_tokens: 32_000 }, undefined],
    ["claude-opus-4-5", "xhigh", { type: "enabled", budget_tokens: 32_000 }, "high"],
    ["claude-opus-4-6", "xhigh", { type: "adaptive", display: "omitted" }, "high"],
    ["claude-opus-4-8", "xhigh", { type: "adaptive", display: "omitted" }, "xhigh"],
    ["claude-sonnet-5-5", "max", { type: "adaptive", display: "omitted" }, "max"],
  ])("81: %s gets adaptive thinking and effort %s as it knows them", (model, effort, thinking, left) => {
    expect(wish(model, adaptive(effort))).toMatchObject({ thinking, effort: left });
  });

  it("81: a budget becomes effort where there are no budgets; thinking that cannot be off is little", () => {
    const budget = { thinking: { type: "enabled", budget_tokens: 8000 } };
    expect(wish("claude-sonnet-5-5", budget)).toMatchObject({ thinking: { type: "adaptive" }, effort: "medium" });
    expect(wish("claude-opus-4-5", budget).thinking).toEqual({ type: "enabled", budget_tokens: 8000 });
    const off = { thinking: { type: "disabled" }, output_config: { effort: "max" } };
    expect(wish("claude-sonnet-5-5", off)).toMatchObject({ thinking: undefined, effort: "low" });
    expect(wish("claude-haiku-5-5", off)).toMatchObject({ thinking: { type: "disabled" }, effort: "high" });
    expect(wish("claude-sonnet-5", { thinking: { type: "between_tools" } })).toMatchObject({
      thinking: { type: "adaptive" },
      effort: "low",
    });
  });

  it("79, 89: limits, sampling and forced choices are as the model takes them", () => {
    expect(wish("claude-sonnet-4-5", {}).max_tokens).toBe(64_000);
    expect(wish("claude-opus-4-8", { temperature: 0.3 }).temperature).toBeUndefined();
    expect(wish("claude-sonnet-4-5", { temperature: 0.3 }).temperature).toBe(0.3);
    const thinking = wish("claude-sonnet-4-5", { ...adaptive("low"), temperature: 0.3 });
    expect(thinking).toMatchObject({ thinking: { type: "enabled" } });
    expect(thinking.temperature).toBeUndefined();
    const single = wish("claude-sonnet-4-5", { ...adaptive("low"), tool_choice: { type: "any" }, temperature: 0.3 });
    expect(single).toMatchObject({ tool_choice: { type: "any" }, temperature: 0.3 });
    expect(single.thinking).toBeUndefined();
    const forced = {
      tools: [{ name: "Read", input_schema: { type: "object" } }],
      tool_choice: { type: "tool", name: "Read" },
    };
    expect(wish("claude-sonnet-5-5", forced).tool_choice).toEqual({ type: "auto" });
    expect(wish("claude-sonnet-4-5", forced).tool_choice).toEqual(forced.tool_choice);
    const small = wish("claude-sonnet-4-5", { ...adaptive("max"), max_tokens: 2000 });
    expect(small.thinking).toEqual({ type: "enabled", budget_tokens: 1999 });
    expect(wish("claude-sonnet-4-5", { ...adaptive("max"), max_tokens: 500 }).thinking).toBeUndefined();
  });

  it("61: instructions in mid-conversation are a reminder for models that do not take them", () => {
    const messages = [
      { role: "user", content: "hi" },
      { role: "system", content: "Mode: plan.", output_config: { effort: "low" } },
    ];
    const roles = (model: string) =>
      (sent({ model: "claude-opus-5-5", messages }, to("anthropic", model)).messages as Json[]).map(({ role }) => role);
    expect(roles("claude-opus-5-5")).toEqual(["user", "system"]);
    expect(roles("claude-haiku-5-5")).toEqual(["user", "system"]);
    expect(roles("claude-sonnet-4-5")).toEqual(["user", "user"]);
  });
});

describe("to another vendor", () => {
  const body = {
    model: "claude-opus-5-5",
    max_tokens: 128_000,
    stream: true,
    system: [
      { type: "text", text: "x-anthropic-billing-header: cc_version=2.1;" },
      { type: "text", text: "You are Claude Code.", cache_control: { type: "ephemeral", ttl: "1h", scope: "global" } },
    ],
    metadata: { user_id: "u" },
    context_management: { edits: [] },
    thinking: { type: "adaptive", display: "omitted" },
    output_config: { effort: "xhigh" },
    cache_control: null,
    something_new: 1,
    tools: [
      {
        name: "Read",
        description: "r",
        input_schema: { type: "object" },
        defer_loading: true,
        strict: true,
        cache_control: { type: "ephemeral" },
      },
      { name: "DeferredToolPlaceholder", input_schema: { type: "object" }, defer_loading: true },
      { type: "bash_20250124", name: "bash" },
    ],
    ...loop([thinking(SIGNED), { type: "redacted_thinking", data: "x" }]),
  };

  it("60, 78, 77, 39: who the user is, the billing line, marks' lifetimes and the newest fields stay here", () => {
    const request = sent(body, to("z.ai", "glm-5.3"));
    expect(Object.keys(request).sort()).toEqual([
      ...["max_tokens", "messages", "model", "output_config", "something_new", "stream", "system", "thinking", "tools"],
    ]);
    expect(request.system).toEqual([
      { type: "text", text: "You are Claude Code.", cache_control: { type: "ephemeral" } },
    ]);
    expect(request.tools).toEqual([
      { name: "Read", description: "r", input_schema: { type: "object" } },
      expect.objectContaining({ name: "bash", input_schema: expect.objectContaining({ type: "object" }) }),
    ]);
    expect(request.max_tokens).toBe(128_000);
    expect(request.thinking).toEqual({ type: "enabled", budget_tokens: 32_000 });
    expect(request.output_config).toEqual({ effort: "high" });
  });

  it("thinking is asked for in the vendor's own way", () => {
    expect(sent(body, to("minimax", "MiniMax-M3")).thinking).toEqual({ type: "adaptive" });
    const budget = { ...body, thinking: { type: "enabled", budget_tokens: 4000 } };
    expect(sent(budget, to("minimax", "MiniMax-M3")).thinking).toEqual({ type: "adaptive" });
    expect(sent(body, to("minimax", "MiniMax-M3"))).not.toHaveProperty("output_config");
    expect(sent(body, to("kimi-coding", "k3")).output_config).toEqual({ effort: "high" });
    expect(sent(body, to("zenmux", "anthropic/claude-sonnet-4.5")).thinking).toMatchObject({ type: "enabled" });
    expect(sent(body, to("zenmux", "anthropic/claude-opus-4.8")).thinking).toEqual({ type: "adaptive" });
  });

  it("85: an answer with calls that has lost its thinking gets a placeholder where the vendor demands some", () => {
    const lost = { ...body, ...loop([thinking(carrier)]) };
    const blocks = (target: Target, more: Json = {}) =>
      (sent({ ...lost, ...more }, target).messages as Json[])[1]?.content;
    expect(blocks(to("kimi-coding", "k3"))).toEqual([{ type: "thinking", thinking: " ", signature: "" }, use("t1")]);
    expect(blocks(to("kimi-coding", "k3"), { thinking: { type: "disabled" } })).toEqual([use("t1")]);
    expect(blocks(to("z.ai", "glm-5.3"))).toEqual([use("t1")]);
  });

  it("its own thinking comes back, also what came over its other protocol", () => {
    const other = packCarrier({ kind: "reasoning_content", provider: "deepseek", model: "deepseek-flash" });
    const request = sent({ ...body, ...loop([thinking(other)]) }, to("deepseek", "deepseek-flash"));
    expect((request.messages as Json[])[1]?.content).toEqual([thinking(""), use("t1")]);
  });

  it("61: instructions in mid-conversation are a reminder; tool references and searches are words", () => {
    const messages = [
      { role: "user", content: "hi" },
      { role: "system", content: "Mode: plan." },
      {
        role: "assistant",
        content: [use("t1"), { type: "server_tool_use", id: "s", name: "web_search", input: { query: "q" } }],
      },
      {
        role: "user",
        content: [{ type: "tool_result", tool_use_id: "t1", content: [{ type: "tool_reference", tool_name: "X" }] }],
      },
    ];
    expect(sent({ ...body, messages }, to("z.ai", "glm-5.3")).messages).toEqual([
      { role: "user", content: "hi" },
      { role: "user", content: [{ type: "text", text: "<system-reminder>\nMode: plan.\n</system-reminder>" }] },
      { role: "assistant", content: [use("t1"), { type: "text", text: "[web_search was called: q]" }] },
      {
        role: "user",
        content: [
          { type: "tool_result", tool_use_id: "t1", content: [{ type: "text", text: "Tool X is now available." }] },
        ],
      },
    ]);
  });

  it("what the model cannot see and the vendor cannot read leaves a note, in results of tools too", () => {
    const image = { type: "image", source: { type: "base64", media_type: "image/png", data: "AAAA" } };
    const pdf = {
      type: "document",
      title: "a.pdf",
      source: { type: "base64", media_type: "application/pdf", data: "A" },
    };
    const text = {
      type: "document",
      title: "a.txt",
      source: { type: "text", media_type: "text/plain", data: "words" },
    };
    const messages = [
      { role: "user", content: [image, pdf, text] },
      { role: "assistant", content: [use("t1")] },
      { role: "user", content: [{ type: "tool_result", tool_use_id: "t1", content: [image, pdf] }] },
    ];
    const contents = (target: Target) => {
      const [first, , last] = sent({ ...body, messages }, target).messages as { content: Json[] }[];
      return [first?.content, last?.content[0]?.content];
    };
    const blind = { ...to("z.ai", "glm-5.3"), capabilities: { vision: false } };
    const noImage = { type: "text", text: "[an image was left out: this model cannot see images]" };
    expect(contents(blind)).toEqual([
      [noImage, pdf, text],
      [noImage, pdf],
    ]);
    const noPdf = { type: "text", text: '[the PDF document "a.pdf" was left out: this provider takes no files]' };
    const words = { type: "text", text: "Document: a.txt\nwords" };
    expect(contents(to("deepseek", "deepseek-flash"))).toEqual([
      [image, noPdf, words],
      [image, noPdf],
    ]);
    expect(contents(to("zenmux", "anthropic/claude-opus-4.8"))[0]).toEqual([image, pdf, text]);
  });

  it("40: `safeguards` is refused by name", () => {
    expect(() => sent({ ...body, safeguards: {} }, to("z.ai", "glm-5.3"))).toThrow(/safeguards/);
  });

  it("86: a web search is answered honestly, but for Claude, which searches wherever it is", () => {
    const search = {
      messages: [{ role: "user", content: "cats" }],
      tools: [{ type: "web_search_20250305", name: "web_search" }],
    };
    const answer = (target: Target) =>
      anthropic.localAnswer?.({ inbound: inbound(search), target, messageId: "msg_1" })?.when;
    expect(answer(to("z.ai", "glm-5.3"))).toBe("last_resort");
    expect(answer(to("zenmux", "anthropic/claude-opus-4.8"))).toBeUndefined();
    expect(answer(to("anthropic", "claude-opus-5-5"))).toBeUndefined();
    expect(sent(search, to("zenmux", "anthropic/claude-opus-4.8")).tools).toEqual(search.tools);
  });

  it("88: betas and the client's own headers stay here", () => {
    const headers = { "anthropic-beta": "a,b", "x-claude-code-session-id": "s", "anthropic-version": "2023-06-01" };
    const request = anthropic.request(inbound(body, headers), to("z.ai", "glm-5.3"));
    expect(Object.keys(request.headers)).not.toContain("anthropic-beta");
    expect(Object.keys(request.headers)).not.toContain("x-claude-code-session-id");
    expect(request.headers["anthropic-version"]).toBe("2023-06-01");
    expect(request.url).not.toContain("beta");
  });
});
