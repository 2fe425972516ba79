/** Claude Code's own web search request at every provider: hits where the vendor searches, and plain words where it does not. */
import Anthropic from "@anthropic-ai/sdk";
import { afterEach, describe, expect, it } from "vitest";
import { PROVIDER_TYPES } from "../../lib/catalog/index.ts";
import { type Mux, startMux } from "../support/mux.ts";
import { type Handler, startUpstream, type Upstream } from "../support/upstream.ts";

type Json = Record<string, unknown>;

const steps: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of steps.splice(0).reverse()) await step();
});

interface Offer {
  type: string;
  model: string;
  handler: Handler;
  /** TOML of the provider. */
  more?: string;
}

async function house(...offers: Offer[]): Promise<{ mux: Mux; upstreams: Upstream[] }> {
  const upstreams: Upstream[] = [];
  let config = "";
  for (const [n, { type, handler, more = "" }] of offers.entries()) {
    const upstream = await startUpstream(handler);
    steps.push(() => upstream.close());
    upstreams.push(upstream);
    const key = type === "vertex-ai" ? "" : 'api_key = "sk-0123456789abcdef"\n';
    config += `[[providers]]\nname = "p${n}"\ntype = "${type}"\nbase_url = "${upstream.url}"\n${key}${more}\n`;
  }
  const chain = offers.map(({ model }, n) => `{ name = "p${n}", priority = ${n + 1}, model = "${model}" }`);
  const mux = await startMux({ config: `${config}[[models]]\nname = "m"\nproviders = [${chain.join(", ")}]\n` });
  steps.push(() => mux.close());
  return { mux, upstreams };
}

/** What Claude Code asks when its user lets it search the web. */
async function search({ url }: Mux) {
  const client = new Anthropic({ baseURL: url, apiKey: "any", maxRetries: 0 });
  const message = await client.messages
    .stream({
      model: "m",
      max_tokens: 32_000,
      system: "You are an assistant for performing a web search tool use",
      tools: [{ type: "web_search_20250305", name: "web_search", max_uses: 8 }],
      tool_choice: { type: "auto" },
      messages: [{ role: "user", content: "Perform a web search for the query: sparrows in winter" }],
    })
    .finalMessage();
  const hits = message.content.flatMap((block) =>
    block.type === "web_search_tool_result" && Array.isArray(block.content)
      ? block.content.map(({ url: page, title }) => ({ url: page, title }))
      : [],
  );
  const text = message.content.map((block) => (block.type === "text" ? block.text : "")).join("");
  return { message, hits, text };
}

const PAGE = { url: "https://example.com/sparrows", title: "Sparrows" };
const WORDS = "Sparrows stay.";

const chat =
  (more: Json, whole: Json = {}): Handler =>
  (_, reply) =>
    reply.sse(
      [
        { choices: [{ index: 0, delta: { content: WORDS } }] },
        { choices: [{ index: 0, delta: more, finish_reason: "stop" }], ...whole },
        { choices: [], usage: { prompt_tokens: 5, completion_tokens: 3 } },
      ].map((chunk) => JSON.stringify({ id: "c1", object: "chat.completion.chunk", model: "served", ...chunk })),
      { done: true },
    );

const responses =
  (call: Json, annotations: Json[]): Handler =>
  (_, reply) => {
    const message = { type: "message", content: [{ type: "output_text", text: WORDS, annotations }] };
    const output = [{ type: "web_search_call", status: "completed", ...call }, message];
    const usage = { input_tokens: 5, output_tokens: 3 };
    return reply.sse(
      [
        ...output.map((item, output_index) => ({ type: "response.output_item.done", output_index, item })),
        { type: "response.completed", response: { id: "r", status: "completed", output, usage } },
      ].map((event) => JSON.stringify(event)),
      { named: true },
    );
  };

const grounded: Handler = (_, reply) =>
  reply.sse([
    JSON.stringify({
      candidates: [
        {
          content: { parts: [{ text: WORDS }] },
          finishReason: "STOP",
          groundingMetadata: {
            webSearchQueries: ["sparrows winter"],
            groundingChunks: [{ web: { uri: PAGE.url, title: PAGE.title } }],
          },
        },
      ],
      usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 3 },
    }),
  ]);

const anthropic: Handler = (_, reply) => {
  const id = "srvtoolu_1";
  const result = { type: "web_search_result", ...PAGE, encrypted_content: "x", page_age: null };
  const blocks = [
    { type: "server_tool_use", id, name: "web_search", input: {} },
    { type: "web_search_tool_result", tool_use_id: id, content: [result] },
    { type: "text", text: "" },
  ];
  const head = { id: "msg_1", type: "message", role: "assistant", model: "served", content: [] };
  return reply.sse(
    [
      {
        type: "message_start",
        message: { ...head, stop_reason: null, stop_sequence: null, usage: { input_tokens: 5, output_tokens: 1 } },
      },
      ...blocks.flatMap((content_block, index) => [
        { type: "content_block_start", index, content_block },
        ...(index === 2 ? [{ type: "content_block_delta", index, delta: { type: "text_delta", text: WORDS } }] : []),
        { type: "content_block_stop", index },
      ]),
      {
        type: "message_delta",
        delta: { stop_reason: "end_turn", stop_sequence: null },
        usage: { output_tokens: 3, server_tool_use: { web_search_requests: 1 } },
      },
      { type: "message_stop" },
    ].map((event) => JSON.stringify(event)),
    { named: true },
  );
};

const cited = { annotations: [{ type: "url_citation", url_citation: PAGE }] };
const SEARCHERS: readonly (Offer & { name: string; asked: Json })[] = [
  {
    name: "Anthropic",
    type: "anthropic",
    model: "claude-haiku-5-5",
    handler: anthropic,
    asked: { tools: [{ type: "web_search_20250305", name: "web_search", max_uses: 8 }] },
  },
  {
    name: "OpenAI",
    type: "openai",
    model: "gpt-6-sol",
    handler: responses({ action: { type: "search", query: "sparrows", sources: [PAGE] } }, []),
    asked: { tools: [{ type: "web_search" }] },
  },
  {
    name: "OpenAI's search models",
    type: "openai",
    model: "gpt-4o-search-preview",
    handler: chat(cited),
    asked: { web_search_options: {} },
  },
  { name: "OpenRouter", type: "openrouter", model: "x/y", handler: chat(cited), asked: { plugins: [{ id: "web" }] } },
  {
    name: "Groq's compound models",
    type: "groq",
    model: "groq/compound",
    handler: chat({ executed_tools: [{ type: "search", search_results: { results: [PAGE] } }] }),
    asked: { compound_custom: { tools: { enabled_tools: ["web_search", "visit_website"] } } },
  },
  {
    name: "Groq's open models",
    type: "groq",
    model: "openai/gpt-oss-120b",
    handler: chat({ executed_tools: [{ type: "browser.search", search_results: { results: [PAGE] } }] }),
    asked: { tools: [{ type: "browser_search" }] },
  },
  {
    name: "xAI",
    type: "xai",
    model: "grok-4.7",
    handler: responses({ name: "web_search", arguments: '{"query":"sparrows"}' }, [{ type: "url_citation", ...PAGE }]),
    asked: { tools: [{ type: "web_search" }] },
  },
  {
    name: "xAI over Chat Completions",
    type: "xai",
    model: "grok-4.7",
    more: 'wire = "openai-chat"',
    handler: chat({}, { citations: [PAGE] }),
    asked: { search_parameters: { mode: "on" } },
  },
  {
    name: "z.ai over Chat Completions",
    type: "z.ai",
    model: "glm-5.3",
    more: 'wire = "openai-chat"',
    handler: chat({}, { web_search: [{ link: PAGE.url, title: PAGE.title }] }),
    asked: { tools: [{ type: "web_search", web_search: { enable: true, search_result: true } }] },
  },
  {
    name: "Gemini",
    type: "gemini",
    model: "gemini-3.8-flash",
    handler: grounded,
    asked: { tools: [{ googleSearch: {} }] },
  },
  {
    name: "older Gemini",
    type: "gemini",
    model: "gemini-2.5-pro",
    handler: grounded,
    asked: { tools: [{ googleSearch: {} }] },
  },
];

describe("a vendor that searches", () => {
  it.each(SEARCHERS)("$name is asked in its own way, and its hits come back as Anthropic's would", async (offer) => {
    const { mux, upstreams } = await house(offer);
    const { message, hits, text } = await search(mux);
    expect(upstreams[0]?.requests[0]?.json()).toMatchObject(offer.asked);
    expect(hits).toEqual([PAGE]);
    expect(text).toBe(WORDS);
    const call = message.content.find((block) => block.type === "server_tool_use");
    expect(call).toMatchObject({ id: expect.stringMatching(/^srvtoolu_/), name: "web_search" });
    expect(message.usage.server_tool_use?.web_search_requests).toBe(1);
    expect(message.stop_reason).toBe("end_turn");
  });
});

const other: Handler = (_, reply) => reply.json({ error: { message: "nobody should ask" } }, { status: 400 });
const SILENT = PROVIDER_TYPES.filter(
  ({ id, quirks = {} }) =>
    !quirks.webSearch &&
    !quirks.searchTool &&
    !["anthropic", "anthropic-compatible", "gemini", "vertex-ai"].includes(id),
);

describe("a vendor that does not search", () => {
  it.each(SILENT.map(({ id }) => id))("%s is not asked, and the answer says so", async (type) => {
    const { mux, upstreams } = await house({ type, model: "some-model", handler: other });
    const { message, hits, text } = await search(mux);
    expect(hits).toEqual([]);
    expect(message.content[1]).toMatchObject({
      type: "web_search_tool_result",
      content: { type: "web_search_tool_result_error", error_code: "unavailable" },
    });
    expect(text).toContain('No web search was done: the provider "p0"');
    expect(message.usage.server_tool_use ?? null).toBeNull();
    expect(upstreams[0]?.requests).toHaveLength(0);
  });

  it("is passed over for one of the same model that does", async () => {
    const [, , , openrouter] = SEARCHERS;
    if (!openrouter) throw new Error("there is no such vendor");
    const { mux, upstreams } = await house({ type: "mistral", model: "some-model", handler: other }, openrouter);
    expect((await search(mux)).hits).toEqual([PAGE]);
    expect(upstreams.map(({ requests }) => requests.length)).toEqual([0, 1]);
  });
});
