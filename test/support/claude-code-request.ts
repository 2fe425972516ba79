/**
 * @module Requests as Claude Code 2.1.330 sends them: shapes, headers, field order and sizes are those of the recorded
 * ones, the words are ours. For tests and benchmarks that need many, or of a given size.
 */
import { type InboundRequest, readRequest } from "../../lib/anthropic/request.ts";
import type { Block, Message, MessagesBody, Tool } from "../../lib/anthropic/types.ts";
import { numberedListing, prose } from "./words.ts";

export interface BuiltRequest {
  path: string;
  headers: Record<string, string>;
  body: MessagesBody;
}

export interface RequestOptions {
  model?: string;
  session?: string;
  effort?: string;
  stream?: boolean;
  /** Send `x-claude-code-request-class` and its kin, as with CLAUDE_CODE_GATEWAY_HINT_HEADERS=1. Default true. */
  hints?: boolean;
  /** Size of the body in bytes, met within 2 %: earlier turns are added, or tools and system shortened. */
  bytes?: number;
  /** Changes to the finished body. */
  change?: (body: MessagesBody) => void;
  /** Further headers. */
  headers?: Record<string, string>;
}

const SESSION = "6f1d0c52-8a4e-4b7c-9a39-0d6c1f2e7b10";
const BETAS =
  "claude-code-20250219,interleaved-thinking-2025-05-14,context-management-2025-06-27,per-turn-control-2026-07-01," +
  "mid-conversation-tool-changes-2026-07-01,thinking-token-count-2026-05-13,advanced-tool-use-2025-11-20,effort-2025-11-24";

/** A user's turn in the main conversation: twelve tools, adaptive thinking, 50 KB where nothing else is asked. */
export function mainTurn(options: RequestOptions = {}): BuiltRequest {
  return conversation("main", options, () => undefined);
}

/** The main turn after the assistant has used a tool. */
export function afterToolResult(options: RequestOptions = {}): BuiltRequest {
  return conversation("main", options, (body) => body.messages.push(...toolRound(0)));
}

/** A subagent's turn; `tag` writes a `<CCM-SUBAGENT-MODEL>` into its prompt. */
export function subagent(options: RequestOptions & { tag?: string; agent?: string } = {}): BuiltRequest {
  const { tag, agent = "a2f640bb24ae6ff58" } = options;
  const mark = tag === undefined ? "" : `<CCM-SUBAGENT-MODEL>${tag}</CCM-SUBAGENT-MODEL>\n`;
  const built = build("subagent", options, {
    messages: [userTurn("Find every caller of readFacts."), environment()],
    system: systemPrompt(mark, 2_700, " cc_is_subagent=true;"),
    tools: tools(16_000).slice(0, 8),
    thinking: { type: "adaptive", display: "omitted" },
  });
  if (options.hints !== false)
    Object.assign(built.headers, { "x-claude-code-agent-id": agent, "x-claude-code-agent-type": "general-purpose" });
  return built;
}

/** The request for a session's title: no tools, no thinking, structured output, and the main model. */
export function title(options: RequestOptions = {}): BuiltRequest {
  return build("auxiliary", options, {
    messages: [userTurn("Why does the second test fail?")],
    system: systemPrompt("", 900),
    tools: [],
    output_config: {
      format: {
        type: "json_schema",
        schema: { type: "object", properties: { title: { type: "string" } }, required: ["title"] },
      },
    },
  });
}

/** The request of its own by which Claude Code searches the web. */
export function webSearch(options: RequestOptions = {}): BuiltRequest {
  return build("auxiliary", options, {
    messages: [{ role: "user", content: [text("Perform a web search for the query: rendezvous hashing")] }],
    system: systemPrompt("", 150),
    tools: [{ type: "web_search_20250305", name: "web_search", max_uses: 8 }],
    tool_choice: { type: "auto" },
  });
}

/** The conversation is to be summed up, because its context is nearly full. */
export function compaction(options: RequestOptions = {}): BuiltRequest {
  return conversation("compaction", options, (body) =>
    body.messages.push(...toolRound(0), userTurn("Sum up the conversation so far.")),
  );
}

/** A main turn whose user shows a picture, or whose tool has read one. */
export function withImage(where: "message" | "tool_result", options: RequestOptions = {}): BuiltRequest {
  const image: Block = { type: "image", source: { type: "base64", media_type: "image/png", data: PIXEL } };
  const [call, result] = toolRound(0);
  const read: Block = { type: "tool_result", tool_use_id: "toolu_0_0", content: [image] };
  const others = Array.isArray(result.content) ? result.content.slice(1) : [];
  const shown: Message[] =
    where === "message"
      ? [{ role: "user", content: [image, text("What is wrong here?")] }]
      : [call, { role: "user", content: [read, ...others] }];
  return conversation("main", options, (body) => body.messages.push(...shown));
}

/** A main turn late in a conversation: thinking with signatures, parallel tools, a system message in the middle. */
export function longHistory(rounds: number, options: RequestOptions = {}): BuiltRequest {
  return conversation("main", options, (body) => {
    for (let round = 0; round < rounds; round++) body.messages.push(...toolRound(round));
    body.messages.push({ role: "system", content: "The file lib/scan.ts was changed by the user." });
  });
}

/** A main turn in which a tool search has loaded a deferred tool. */
export function toolReference(options: RequestOptions = {}): BuiltRequest {
  return conversation("main", options, (body) => {
    body.tools?.push({ ...tool("LoadedLater", 900, 500), defer_loading: true });
    body.messages.push(
      {
        role: "assistant",
        content: [{ type: "tool_use", id: "toolu_search", name: "ToolSearch", input: { query: "x" } }],
      },
      {
        role: "user",
        content: [
          {
            type: "tool_result",
            tool_use_id: "toolu_search",
            content: [{ type: "tool_reference", tool_name: "LoadedLater" }],
          },
          text("Tool loaded."),
        ],
      },
    );
  });
}

/** The bytes as they arrive. */
export function bytesOf(built: BuiltRequest): Buffer {
  return Buffer.from(JSON.stringify(built.body));
}

/** As the server hands it to routing and wires. */
export function inbound(built: BuiltRequest): InboundRequest {
  return readRequest(bytesOf(built), built.headers);
}

function build(
  requestClass: string,
  options: RequestOptions,
  parts: Partial<MessagesBody>,
  add: (body: MessagesBody) => unknown = () => undefined,
): BuiltRequest {
  const { model = "claude-opus-5-5", session = SESSION, effort = "medium", stream = true, hints = true } = options;
  const { messages = [], system, tools: given, tool_choice, thinking, output_config } = parts;
  const body: MessagesBody = {
    model,
    messages,
    ...(system && { system }),
    ...(given && { tools: given }),
    ...(tool_choice && { tool_choice }),
    metadata: { user_id: JSON.stringify({ device_id: "0".repeat(64), account_uuid: "", session_id: session }) },
    max_tokens: 128_000,
    ...(thinking && { thinking, context_management: { edits: [{ type: "clear_thinking_20251015", keep: "all" }] } }),
    output_config: { effort, ...output_config },
    stream,
  };
  const headers = {
    accept: "application/json",
    "content-type": "application/json",
    "user-agent": "claude-cli/2.1.330 (external, cli)",
    "x-claude-code-session-id": session,
    "x-stainless-lang": "js",
    "x-stainless-retry-count": "0",
    "anthropic-beta": BETAS,
    "anthropic-version": "2023-06-01",
    "x-api-key": "ccm-proxy",
    "x-app": "cli",
    ...(hints && { "x-claude-code-request-class": requestClass }),
    "accept-encoding": "gzip, deflate, br, zstd",
    ...options.headers,
  };
  add(body);
  if (options.bytes !== undefined) fitSize(body, options.bytes);
  options.change?.(body);
  return { path: "/v1/messages?beta=true", headers, body };
}

/** The main conversation, and what comes on top of its first turn. */
function conversation(
  requestClass: string,
  options: RequestOptions,
  add: (body: MessagesBody) => unknown,
): BuiltRequest {
  const parts = {
    messages: [userTurn("Why does the second test fail?"), environment()],
    system: systemPrompt("", 5_800),
    tools: tools(31_000),
    thinking: { type: "adaptive", display: "omitted" },
  };
  return build(requestClass, options, parts, add);
}

function fitSize(body: MessagesBody, bytes: number): void {
  const missing = () => bytes - Buffer.byteLength(JSON.stringify(body));
  if (missing() < 0) {
    body.tools = [];
    body.system = [text("You are a coding agent.")];
    const later = body.messages.slice(1).filter(({ role }) => role !== "system");
    body.messages = [{ role: "user", content: "Hello." }, ...later];
  }
  const rest = missing();
  if (rest < bytes * 0.02) return;
  const [question, ...others] = body.messages;
  if (!question) return;
  const turns: Message[] = [];
  for (let round = 0; round < Math.floor(rest / 12_000); round++) turns.push(...toolRound(round));
  body.messages = [question, ...turns, ...others];
  const filler = text("");
  body.messages.unshift({ role: "user", content: [filler] });
  filler.text = prose(Math.max(1, missing()));
}

function text(words: string, extra: object = {}): Block {
  return { type: "text", text: words, ...extra };
}

function userTurn(question: string): Message {
  return { role: "user", content: [text(prose(550)), text(prose(580, 3)), text(question)] };
}

/** What Claude Code tells of the working directory, as a system message behind the user's. */
function environment(): Message {
  const told = text(prose(9_200, 5), { cache_control: { type: "ephemeral" } });
  return { role: "system", content: [told], output_config: { effort: "medium" } };
}

function systemPrompt(mark: string, length: number, billing = ""): Block[] {
  const cache = { cache_control: { type: "ephemeral" } };
  return [
    text(`x-anthropic-billing-header: cc_version=2.1.330.b37; cc_entrypoint=cli;${billing}`),
    text("You are Claude Code, Anthropic's official CLI for Claude.", cache),
    text(mark + prose(length, 7), cache),
  ];
}

const TOOL_NAMES = [
  ...["Agent", "Bash", "Edit", "Read", "Write", "Skill", "ToolSearch", "ListAgents", "ReportFindings"],
  ...["ScheduleWakeup", "Workflow"],
];

function tools(length: number): Tool[] {
  const each = Math.floor(length / TOOL_NAMES.length);
  const own = TOOL_NAMES.map((name) => tool(name, Math.floor(each * 0.6), Math.floor(each * 0.3)));
  const placeholder = { name: "DeferredToolPlaceholder", description: prose(80), input_schema: { type: "object" } };
  return [...own, { ...placeholder, defer_loading: true }];
}

function tool(name: string, description: number, schema: number): Tool {
  const property = (at: number) => ({ type: "string", description: prose(schema / 3, at) });
  return {
    name,
    description: prose(description, name.length),
    input_schema: {
      $schema: "https://json-schema.org/draft/2020-12/schema",
      type: "object",
      properties: { file_path: property(1), pattern: property(2), timeout_ms: property(4) },
      required: ["file_path"],
      additionalProperties: false,
    },
  };
}

/** The assistant thinks, reads two files at once, and gets them: about 12 KB. */
function toolRound(round: number): [Message, Message] {
  const ids = [`toolu_${round}_0`, `toolu_${round}_1`];
  const call = (id: string, at: number): Block => ({
    type: "tool_use",
    id,
    name: "Read",
    input: { file_path: `/home/user/project/lib/part-${round}-${at}.ts` },
  });
  const result = (id: string, at: number): Block => ({
    type: "tool_result",
    tool_use_id: id,
    content: numberedListing(4_800, round * 40 + at * 90),
  });
  const signature = Buffer.from(prose(450, round)).toString("base64");
  return [
    {
      role: "assistant",
      content: [{ type: "thinking", thinking: "", signature }, text(prose(300, round)), ...ids.map(call)],
    },
    { role: "user", content: ids.map(result) },
  ];
}

/** A PNG of 32 × 32 pixels, all transparent. */
export const PIXEL =
  "iVBORw0KGgoAAAANSUhEUgAAACAAAAAgCAYAAABzenr0AAAAGklEQVR42u3BAQEAAACCIP+vbkhAAQAAAO8GECAAAUGc0BwAAAAASUVORK5CYII=";
