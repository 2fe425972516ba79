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
  /** Of its base URL. */
  path?: string;
}

async function house(...offers: Offer[]): Promise<{ mux: Mux; upstreams: Upstream[] }> {
  const upstreams: Upstream[] = [];
  let config = "";
  for (const [n, { type, handler, more = "", path = "" }] of offers.entries()) {
    const upstream = await startUpstream(handler);
    steps.push(() => upstream.close());
    upstreams.push(upstream);
    const key = type === "vertex-ai" ? "" : 'api_key = "sk-0123456789abcdef"\n';
    config += `[[providers]]\nname = "p${n}"\ntype = "${type}"\nbase_url = "${upstream.url}${path}"\n${key}${more}\n`;
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

/** A request like any other. */
const converse = ({ url }: Mux, more: Json = {}) =>
  fetch(`${url}/v1/messages`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-api-key": "any" },
    body: JSON.stringify({
      model: "m",
      max_tokens: 9,
      stream: true,
      messages: [{ role: "user", content: "hi" }],
      ...more,
    }),
  });

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
    name: "DeepSeek",
    type: "deepseek",
    model: "deepseek-flash",
    handler: anthropic,
    asked: { tools: [{ type: "web_search_20250305", name: "web_search", max_uses: 8 }] },
  },
  {
    name: "ZenMux",
    type: "zenmux",
    model: "z-ai/glm-5.2",
    handler: anthropic,
    asked: { tools: [{ type: "web_search_20250305", name: "web_search", max_uses: 8 }] },
  },
  {
    name: "OpenRouter over Anthropic's protocol",
    type: "openrouter",
    model: "x/y",
    more: 'wire = "anthropic"',
    handler: anthropic,
    asked: { tools: [{ type: "web_search_20250305", name: "web_search", max_uses: 8 }] },
  },
  {
    name: "z.ai",
    type: "z.ai",
    model: "glm-5.3",
    handler: chat({}, { web_search: [{ link: PAGE.url, title: PAGE.title }] }),
    asked: { tools: [{ type: "web_search", web_search: { search_query: "sparrows in winter" } }] },
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

function searcher(name: string): Offer {
  const found = SEARCHERS.find((offer) => offer.name === name);
  if (!found) throw new Error(`${name} is not in the list`);
  return found;
}

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
    !quirks.serverSearch &&
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
    const { mux, upstreams } = await house(
      { type: "mistral", model: "some-model", handler: other },
      searcher("OpenRouter"),
    );
    expect((await search(mux)).hits).toEqual([PAGE]);
    expect(upstreams.map(({ requests }) => requests.length)).toEqual([0, 1]);
  });
});

describe("a vendor that searches over another of its APIs", () => {
  const zai: Offer = { type: "z.ai", model: "glm-5.3", path: "/api/anthropic", handler: other };
  const general: Handler = chat({}, { web_search: [{ link: PAGE.url, title: PAGE.title }] });
  /** What it says to a coding plan's key at the API that is paid by use. */
  const noPackage: Handler = (request, reply) =>
    request.path.includes("/paas/")
      ? reply.json(
          { error: { code: "1113", message: "Insufficient balance or no resource package." }, request_id: "1" },
          { status: 429 },
        )
      : anthropic(request, reply);

  it.each(["/api/anthropic", "/api/anthropic/", "/api/anthropic/v1", "/api/anthropic/v1/messages"])(
    "is asked there for searches, on the host of its base URL (%s), and for nothing else",
    async (path) => {
      const { mux, upstreams } = await house({
        ...zai,
        path,
        handler: (request, reply) =>
          request.path.includes("/paas/") ? general(request, reply) : anthropic(request, reply),
      });
      expect((await search(mux)).hits).toEqual([PAGE]);
      expect((await converse(mux)).status).toBe(200);
      const [asked, talked] = upstreams[0]?.requests ?? [];
      expect([asked?.path, talked?.path]).toEqual(["/api/paas/v4/chat/completions", "/api/anthropic/v1/messages"]);
      expect(asked?.headers.authorization).toBe("Bearer sk-0123456789abcdef");
      expect(asked?.headers).not.toHaveProperty("x-api-key");
      expect(asked?.headers).not.toHaveProperty("anthropic-version");
    },
  );

  it("is asked for a search beside other tools where it is asked for everything else", async () => {
    const { mux, upstreams } = await house({ ...zai, handler: anthropic });
    const tools = [
      { type: "web_search_20250305", name: "web_search" },
      { name: "Read", input_schema: { type: "object" } },
    ];
    expect((await converse(mux, { tools })).status).toBe(200);
    expect(upstreams[0]?.requests[0]?.path).toBe("/api/anthropic/v1/messages");
  });

  it("and refuses the key there says so in words, and is as fit as before for everything else", async () => {
    const { mux, upstreams } = await house({ ...zai, handler: noPackage });
    const { message, text } = await search(mux);
    expect(message.content[1]).toMatchObject({
      type: "web_search_tool_result",
      content: { type: "web_search_tool_result_error", error_code: "unavailable" },
    });
    expect(text).toContain('No web search was done: the provider "p0" refused it (HTTP 429): Insufficient balance');
    expect(text).toContain("coding plan's key");
    const answer = await converse(mux);
    expect([answer.status, answer.headers.get("x-ccm-attempts")]).toEqual([200, "1"]);
    expect(upstreams[0]?.requests.map(({ path }) => path)).toEqual([
      "/api/paas/v4/chat/completions",
      "/api/anthropic/v1/messages",
    ]);
  });

  it("and refuses the key there in an event, or asks for something odd, is told of like that", async () => {
    const { mux, upstreams } = await house({
      ...zai,
      handler: (_, reply) => reply.sse([JSON.stringify({ error: { code: "1113", message: "Insufficient balance" } })]),
    });
    expect((await search(mux)).text).toContain('the provider "p0" refused it: Insufficient balance');
    const tools = [{ type: "web_search_20250305", name: "web_search" }];
    expect((await converse(mux, { tools, messages: ["hi"] })).status).toBe(400);
    expect(upstreams[0]?.requests).toHaveLength(1);
  });

  it("and refuses the key there is followed by the next", async () => {
    const { mux, upstreams } = await house({ ...zai, handler: noPackage }, searcher("OpenRouter"));
    expect((await search(mux)).hits).toEqual([PAGE]);
    expect(upstreams.map(({ requests }) => requests.length)).toEqual([1, 1]);
  });

  it("stays with the wire that the user has chosen", async () => {
    const { mux, upstreams } = await house({ ...zai, more: 'wire = "anthropic"' });
    expect((await search(mux)).text).toContain('No web search was done: the provider "p0" that serves');
    expect(upstreams[0]?.requests).toHaveLength(0);
  });
});

describe("a search that the vendor refuses", () => {
  const message = "Hosted tool 'web_search' is not supported with gpt-4.1-nano.";
  const refused: Handler = (_, reply) =>
    reply.json({ error: { message, type: "invalid_request_error", param: "tools", code: null } }, { status: 400 });

  it("because of the model is told in the vendor's words, and is no error", async () => {
    const { mux } = await house({ type: "openai", model: "gpt-6-sol", handler: refused });
    const { message: answer, text } = await search(mux);
    expect(text).toContain(`No web search was done: the provider "p0" refused it (HTTP 400): Hosted tool`);
    expect(answer.usage.server_tool_use ?? null).toBeNull();
  });

  it("because none behind the vendor can is told in the same way", async () => {
    const none: Handler = (_, reply) =>
      reply.json(
        { error: { code: 404, message: "No endpoints found that support the requested plugin" } },
        { status: 404 },
      );
    const { mux } = await house({ type: "openrouter", model: "x/y", handler: none });
    expect((await search(mux)).text).toContain('the provider "p0" refused it (HTTP 404): No endpoints found');
  });

  it("because of the model is done by the next", async () => {
    const { mux } = await house({ type: "openai", model: "gpt-6-sol", handler: refused }, searcher("OpenRouter"));
    expect((await search(mux)).hits).toEqual([PAGE]);
  });

  it("at Anthropic stays Anthropic's own refusal", async () => {
    const own = { type: "error", error: { type: "invalid_request_error", message: "max_uses: must be positive" } };
    const { mux } = await house({
      type: "anthropic",
      model: "claude-haiku-5-5",
      handler: (_, reply) => reply.json(own, { status: 400 }),
    });
    const answer = await converse(mux, { tools: [{ type: "web_search_20250305", name: "web_search" }] });
    expect([answer.status, await answer.json()]).toEqual([400, own]);
  });

  it("and that is not JSON stays the client's mistake", async () => {
    const { mux, upstreams } = await house({ type: "openai", model: "gpt-6-sol", handler: refused });
    const answer = await converse(mux, {
      tools: [{ type: "web_search_20250305", name: "web_search" }],
      messages: ["hi"],
    });
    expect(answer.status).toBe(400);
    expect(upstreams[0]?.requests).toHaveLength(0);
  });
});
