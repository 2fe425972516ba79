import { describe, expect, test } from "vitest";
import { estimateTokens } from "../../lib/anthropic/estimate.ts";
import { readRequest } from "../../lib/anthropic/request.ts";
import type { Block, MessagesBody } from "../../lib/anthropic/types.ts";
import { convertTokens, countText, vocabularyOf } from "../../lib/anthropic/vocabulary.ts";
import * as claudeCode from "../support/claude-code-request.ts";
import { prose } from "../support/words.ts";
import { TOKEN_SAMPLES } from "./token-samples.ts";

const VOCABULARIES = ["claude", "claude-4.7", "other"] as const;
const MODELS = { claude: "claude-sonnet-4-5", "claude-4.7": "claude-opus-5-5", other: "gpt-5.2" };

/** Tokens of a request with these messages and fields, for a model of the first vocabulary. */
function tokensOf(content: string | Block[], fields: Partial<MessagesBody> = {}): number {
  const body = { model: "claude-sonnet-4-5", messages: [{ role: "user", content }], ...fields };
  return estimateTokens(readRequest(Buffer.from(JSON.stringify(body)), {}));
}

const text = (words: string): Block => ({ type: "text", text: words });

describe("a text", () => {
  test.each(TOKEN_SAMPLES.flatMap((sample) => VOCABULARIES.map((vocabulary) => ({ ...sample, vocabulary }))))(
    "of one kind is within a quarter of the real count: $kind, $vocabulary",
    ({ text: sample, tokens, vocabulary }) => {
      expect(Math.abs(countText(sample, vocabulary) / tokens[vocabulary] - 1)).toBeLessThan(0.25);
    },
  );

  test.each(VOCABULARIES)("of all kinds together is within 8 %: %s", (vocabulary) => {
    const real = TOKEN_SAMPLES.reduce((sum, { tokens }) => sum + tokens[vocabulary], 0);
    const counted = TOKEN_SAMPLES.reduce((sum, sample) => sum + countText(sample.text, vocabulary), 0);
    expect(Math.abs(counted / real - 1)).toBeLessThan(0.08);
  });

  test("that is empty has none", () => {
    expect(countText("", "claude")).toBe(0);
  });
});

describe("a whole body", () => {
  test.each(VOCABULARIES)(
    "of the samples, as system, tools, messages and results, is within 15 %: %s",
    (vocabulary) => {
      const parts = TOKEN_SAMPLES.map((sample) => sample.text);
      const [first = "", second = "", third = "", ...rest] = parts;
      const body: MessagesBody = {
        model: MODELS[vocabulary],
        system: [text(first)],
        messages: [
          { role: "user", content: second },
          { role: "assistant", content: [{ type: "tool_use", id: "t", name: "Read", input: { file_path: third } }] },
          { role: "user", content: [{ type: "tool_result", tool_use_id: "t", content: rest.map(text) }] },
        ],
      };
      const real = TOKEN_SAMPLES.reduce((sum, { tokens }) => sum + tokens[vocabulary], 0);
      const counted = estimateTokens(readRequest(Buffer.from(JSON.stringify(body)), {}));
      expect(Math.abs(counted / real - 1)).toBeLessThan(0.15);
    },
  );

  test("of Anthropic's own examples: 14 and 403 tokens by its documentation", () => {
    const greeting = tokensOf("Hello, Claude", { system: "You are a scientist" });
    expect(Math.abs(greeting - 14)).toBeLessThanOrEqual(3);
    const weather = tokensOf("What's the weather like in San Francisco?", {
      tools: [
        {
          name: "get_weather",
          description: "Get the current weather in a given location",
          input_schema: {
            type: "object",
            properties: {
              location: { type: "string", description: "The city and state, e.g. San Francisco, CA" },
            },
            required: ["location"],
          },
        },
      ],
    });
    expect(Math.abs(weather / 403 - 1)).toBeLessThan(0.15);
  });

  test.each([5_000, 50_000, 500_000])("of %i bytes: what routing reckons from samples is within 20 %", (bytes) => {
    for (const model of Object.values(MODELS)) {
      const request = claudeCode.inbound(claudeCode.mainTurn({ bytes, model }));
      expect(Math.abs(request.facts.estimatedTokens / estimateTokens(request) - 1)).toBeLessThan(0.2);
    }
  });

  test("counts system, tools, messages and an output's schema, and not the rest", () => {
    const none = tokensOf("Hello.");
    expect(tokensOf("Hello.", { metadata: { user_id: prose(400) }, stop_sequences: [prose(400)] })).toBe(none);
    expect(tokensOf("Hello.", { system: prose(400) })).toBeGreaterThan(none + 70);
    expect(
      tokensOf("Hello.", { output_config: { format: { type: "json_schema", schema: { title: prose(400) } } } }),
    ).toBeGreaterThan(none + 70);
  });

  test("is at least one token, whatever odd values it holds", () => {
    const odd = [null, 7, { type: "tool_result" }, { type: "image" }, { type: "thinking" }, [[]]] as unknown as Block[];
    expect(tokensOf(odd)).toBeGreaterThan(0);
    expect(tokensOf("", { tools: [null] as never, system: 5 as never, messages: [null] as never })).toBeGreaterThan(0);
  });
});

describe("blocks", () => {
  const result = (content: Block[]): Block[] => [{ type: "tool_result", tool_use_id: "t", content }];
  const file = (head: number[], size = 100): string =>
    Buffer.concat([Buffer.from(head), Buffer.alloc(size)]).toString("base64");
  const png = (width: number, height: number): Block => ({
    type: "image",
    source: {
      type: "base64",
      media_type: "image/png",
      data: file([
        0x89,
        0x50,
        0x4e,
        0x47,
        13,
        10,
        26,
        10,
        0,
        0,
        0,
        13,
        73,
        72,
        68,
        82,
        0,
        0,
        width >> 8,
        width & 255,
        0,
        0,
        height >> 8,
        height & 255,
      ]),
    },
  });
  const bare = tokensOf([text("")]);

  test.each([
    ["small", png(300, 250), 100],
    ["scaled down to 1568 pixels", png(3136, 1000), Math.round((1568 * 500) / 750)],
    ["no more than the most", png(4000, 4000), 1600],
    ["of unknown size", { type: "image", source: { type: "url", url: "https://example.com/a.png" } }, 1600],
    ["of an odd format", { type: "image", source: { type: "base64", data: "AAAA" } }, 1600],
  ])("a picture %s counts by its pixels", (_, block, tokens) => {
    expect(Math.abs(tokensOf([block]) - bare - tokens)).toBeLessThan(3);
    expect(Math.abs(tokensOf(result([block])) - bare - tokens)).toBeLessThan(8);
  });

  test("a picture of high resolution counts more for a model that sees it", () => {
    const request = readRequest(
      Buffer.from(
        JSON.stringify({ model: "claude-opus-5-5", messages: [{ role: "user", content: [png(4000, 4000)] }] }),
      ),
      {},
    );
    expect(estimateTokens(request)).toBeGreaterThan(4_700);
  });

  const pdf = (body: string): Block => ({
    type: "document",
    source: { type: "base64", media_type: "application/pdf", data: Buffer.from(`%PDF-1.4 ${body}`).toString("base64") },
  });

  test.each([
    ["by its pages", pdf("<</Type /Pages /Count 2>> <</Type /Page>> <</Type/Page /Parent 1 0 R>>"), 4_000],
    ["by its size, where pages are compressed", pdf("x".repeat(50_000)), 1_000],
  ])("a PDF counts %s", (_, block, tokens) => {
    expect(Math.abs(tokensOf([block]) / tokens - 1)).toBeLessThan(0.05);
  });

  test("a document of plain text counts as that text", () => {
    const block = { type: "document", source: { type: "text", media_type: "text/plain", data: prose(2_000) } };
    expect(Math.abs(tokensOf([block]) - tokensOf([text(prose(2_000))]))).toBeLessThan(5);
  });

  test("base64 of pictures does not count as text in the rough count either", () => {
    const big = { type: "image", source: { type: "base64", media_type: "image/png", data: "A".repeat(3_000_000) } };
    const { facts } = readRequest(
      Buffer.from(JSON.stringify({ model: "m", messages: [{ role: "user", content: [big] }] })),
      {},
    );
    expect(facts.estimatedTokens).toBeGreaterThan(1_600);
    expect(facts.estimatedTokens).toBeLessThan(1_700);
  });

  test("thinking counts by its text, or by its seal where the text was left out", () => {
    const open = tokensOf([{ type: "thinking", thinking: prose(2_000), signature: "x".repeat(3_000) }]);
    const sealed = tokensOf([
      { type: "thinking", thinking: "", signature: Buffer.from(prose(2_000)).toString("base64") },
    ]);
    expect(Math.abs(open - tokensOf([text(prose(2_000))]))).toBeLessThan(5);
    expect(Math.abs(sealed / open - 1)).toBeLessThan(0.15);
  });

  test("a deferred tool counts once a search has loaded it", () => {
    const tools = [
      { name: "ToolSearch", input_schema: {} },
      { name: "Big", description: prose(4_000), input_schema: {}, defer_loading: true },
    ];
    const hidden = tokensOf("Hello.", { tools });
    const loaded = tokensOf(result([{ type: "tool_reference", tool_name: "Big" }]), { tools });
    expect(hidden).toBeLessThan(400);
    expect(loaded - hidden).toBeGreaterThan(700);
    const conversation = (reference: string) =>
      claudeCode.inbound(
        claudeCode.toolReference({
          change: (body) => {
            body.messages = JSON.parse(JSON.stringify(body.messages).replace("LoadedLater", reference));
          },
        }),
      );
    const more = estimateTokens(conversation("LoadedLater")) - estimateTokens(conversation("AnotherTool"));
    expect(more).toBeGreaterThan(250);
  });
});

describe("the vocabulary of a model", () => {
  test.each([
    ["claude-3-5-sonnet-20241022", "claude"],
    ["claude-opus-4-20250514", "claude"],
    ["claude-sonnet-4-5-20250929", "claude"],
    ["anthropic/claude-opus-4.6", "claude"],
    ["us.anthropic.claude-haiku-4-5-20251001-v1:0", "claude"],
    ["claude-opus-4-7", "claude-4.7"],
    ["anthropic/claude-opus-4.8", "claude-4.7"],
    ["claude-opus-5", "claude-4.7"],
    ["claude-haiku-5-5", "claude-4.7"],
    ["claude-fable-5-1", "claude-4.7"],
    ["claude-opus-5-5[1m]", "claude-4.7"],
    ["claude-next", "claude-4.7"],
    ["gpt-5.2", "other"],
    ["glm-4.6", "other"],
    ["deepseek-ai/DeepSeek-V4-Pro", "other"],
  ])("%s: %s", (model, vocabulary) => {
    expect(vocabularyOf(model)).toBe(vocabulary);
  });

  test("converts a count to another one's", () => {
    expect(convertTokens(1_000, "claude", "claude")).toBe(1_000);
    expect(convertTokens(1_000, "claude", "claude-4.7")).toBe(1_300);
    expect(convertTokens(1_300, "claude-4.7", "claude")).toBe(1_000);
  });
});
