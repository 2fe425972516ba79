/**
 * @module Checks a request of Anthropic's protocol as strictly as the vendors that serve it: unknown keys are refused
 * ("Extra inputs are not permitted"), and so is a history that does not add up.
 *
 *     expect(checkAnthropicRequest(body, { thinking: ["adaptive", "disabled"] })).toEqual([]);
 */
import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";

type Schema = Record<string, unknown>;

/** What a vendor, or one of its models, takes. */
export interface AnthropicDialect {
  /** Anthropic itself: knows all of its own fields, and what it has signed. */
  own?: boolean;
  thinking: readonly string[];
  /** Efforts; none where the field is refused. */
  efforts?: readonly string[];
  sampling?: boolean;
  forcedChoice?: boolean;
  midSystem?: boolean;
  maxTokens?: number;
  /** Anthropic's own tools, such as web search. */
  serverTools?: boolean;
  /** Anthropic's web search tool in its first version, and none of its other tools. */
  webSearch?: boolean;
  /** Default true. */
  documents?: boolean;
  /** Every answer with calls must have thinking, while thinking is on. */
  demandsThinking?: boolean;
  /** Ids of calls are whatever the vendor made, such as `functions.Read:0`. */
  anyIds?: boolean;
}

const string = { type: "string" };
const text = { type: "string", pattern: "\\S" };
const flag = { type: "boolean" };
const exactly = (properties: Record<string, Schema>, required = Object.keys(properties)): Schema => ({
  type: "object",
  properties,
  required,
  additionalProperties: false,
});
const oneOf = (...values: unknown[]): Schema => ({ enum: values });
const listOf = (items: Schema): Schema => ({ type: "array", items, minItems: 1 });
const NAME = { type: "string", pattern: "^[a-zA-Z0-9_-]{1,128}$" };

const WEB_SEARCH = {
  type: oneOf("web_search_20250305"),
  name: oneOf("web_search"),
  max_uses: { type: "integer", minimum: 1 },
  allowed_domains: listOf(text),
  blocked_domains: listOf(text),
  user_location: { type: "object" },
};

function requestSchema(dialect: AnthropicDialect): Schema {
  const { own = false, thinking, efforts = [], sampling = true, serverTools = false } = dialect;
  const ID = dialect.anyIds ? text : { type: "string", pattern: "^[a-zA-Z0-9_-]+$" };
  const mark = exactly({ type: oneOf("ephemeral"), ...(own && { ttl: string, scope: string }) }, ["type"]);
  const cache = { cache_control: mark };
  const source = {
    anyOf: [
      exactly({ type: oneOf("base64"), media_type: text, data: text }),
      exactly({ type: oneOf("url"), url: text }),
      exactly({ type: oneOf("text"), media_type: text, data: text }),
      ...(own || serverTools ? [exactly({ type: oneOf("content"), content: { type: ["string", "array"] } })] : []),
    ],
  };
  const document = {
    ...{ type: oneOf("document"), source, title: string, context: string },
    ...((own || serverTools) && { citations: exactly({ enabled: flag }) }),
    ...cache,
  };
  const textBlock = exactly({ type: oneOf("text"), text, ...cache }, ["type", "text"]);
  const media = [
    exactly({ type: oneOf("image"), source, ...cache }, ["type", "source"]),
    ...(dialect.documents === false ? [] : [exactly(document, ["type", "source"])]),
  ];
  const inResult = { anyOf: [exactly({ type: oneOf("text"), text }), ...media, ...(own ? [{ type: "object" }] : [])] };
  const result = {
    type: oneOf("tool_result"),
    tool_use_id: ID,
    content: { anyOf: [string, { type: "array", items: inResult }] },
    is_error: flag,
    ...cache,
  };
  const blocks = [
    textBlock,
    ...media,
    exactly({ type: oneOf("thinking"), thinking: string, signature: string }),
    ...(own || serverTools ? [exactly({ type: oneOf("redacted_thinking"), data: text })] : []),
    exactly({ type: oneOf("tool_use"), id: ID, name: NAME, input: { type: "object" }, ...cache }, [
      ...["type", "id", "name", "input"],
    ]),
    exactly(result, ["type", "tool_use_id"]),
  ];
  const roles = ["user", "assistant", ...(dialect.midSystem ? ["system"] : [])];
  const message = {
    role: oneOf(...roles),
    content: { anyOf: [text, listOf({ anyOf: blocks })] },
    ...(own && dialect.midSystem && { output_config: { type: "object" } }),
  };
  const tool = {
    name: NAME,
    description: string,
    input_schema: { type: "object", required: ["type"] },
    ...(own && { type: string, defer_loading: flag, ...cache }),
  };
  const fields: Record<string, Schema> = {
    model: text,
    messages: listOf(exactly(message, ["role", "content"])),
    max_tokens: {
      type: "integer",
      minimum: 1,
      ...(dialect.maxTokens !== undefined && { maximum: dialect.maxTokens }),
    },
    system: { anyOf: [text, listOf(textBlock)] },
    tools: {
      type: "array",
      items: {
        anyOf: [
          exactly(tool, ["name", "input_schema"]),
          ...(own || serverTools ? [{ type: "object", required: ["type", "name"] }] : []),
          ...(dialect.webSearch ? [exactly(WEB_SEARCH, ["type", "name"])] : []),
        ],
      },
    },
    tool_choice: exactly(
      {
        type: oneOf("auto", "none", ...(dialect.forcedChoice === false ? [] : ["any", "tool"])),
        name: NAME,
        disable_parallel_tool_use: flag,
      },
      ["type"],
    ),
    stop_sequences: listOf(text),
    stream: flag,
    thinking: {
      anyOf: thinking.map((type) =>
        type === "enabled"
          ? exactly(
              { type: oneOf(type), budget_tokens: { type: "integer", minimum: 1024 }, ...(own && { display: string }) },
              [...["type", "budget_tokens"]],
            )
          : exactly({ type: oneOf(type), ...(own && { display: string }) }, ["type"]),
      ),
    },
    output_config: {
      ...exactly(
        {
          ...(efforts.length > 0 && { effort: oneOf(...efforts) }),
          format: exactly({ type: oneOf("json_schema"), schema: { type: "object" } }),
        },
        [],
      ),
      minProperties: 1,
    },
    ...(sampling && { temperature: { type: "number" }, top_p: { type: "number" }, top_k: { type: "integer" } }),
    ...(own && { metadata: exactly({ user_id: string }), context_management: { type: "object" } }),
  };
  return exactly(fields, ["model", "messages", "max_tokens"]);
}

const compiled = new WeakMap<AnthropicDialect, ValidateFunction>();

interface Loose {
  messages?: { role: string; content: string | { type: string; [key: string]: unknown }[] }[];
  tools?: { name?: string }[];
  [key: string]: unknown;
}

/** @returns the faults, none for a perfect request */
export function checkAnthropicRequest(body: unknown, dialect: AnthropicDialect): string[] {
  const validate = compiled.get(dialect) ?? new Ajv({ allErrors: true, strict: false }).compile(requestSchema(dialect));
  compiled.set(dialect, validate);
  const shape = validate(body) ? [] : (validate.errors ?? []).map(faultOf);
  return [...shape, ...historyFaults(body as Loose, dialect)];
}

function faultOf({ instancePath, message, params }: ErrorObject): string {
  const extra = (params as { additionalProperty?: string }).additionalProperty;
  return `${instancePath || "body"}: ${message}${extra === undefined ? "" : ` (${extra})`}`;
}

/** Calls are answered in the next message; thinking is the vendor's own, and there where it must be. */
function historyFaults(body: Loose, dialect: AnthropicDialect): string[] {
  const faults: string[] = [];
  const messages = (body.messages ?? []).map(({ role, content }) => ({
    role,
    blocks: typeof content === "string" ? [] : content,
  }));
  const thinking = body.thinking as { type?: string; budget_tokens?: number } | undefined;
  const thinks = thinking !== undefined && thinking.type !== "disabled";
  for (const [i, { role, blocks }] of messages.entries()) {
    const calls = blocks.filter(({ type }) => type === "tool_use").map(({ id }) => id);
    const next = messages.slice(i + 1).filter(({ role }) => role !== "system")[0];
    const answered = (next?.blocks ?? []).filter(({ type }) => type === "tool_result").map((b) => b.tool_use_id);
    if (role === "assistant")
      for (const id of calls)
        if (!answered.includes(id)) faults.push(`messages.${i}: ${String(id)} has no tool_result`);
    for (const { type, signature } of blocks) {
      if (type !== "thinking") continue;
      if (dialect.own && !/^[A-Za-z0-9+/]{40,}={0,2}$/.test(String(signature)))
        faults.push(`messages.${i}: Invalid signature in thinking block`);
      if (String(signature).startsWith("ccm1.")) faults.push(`messages.${i}: a stranger's signature`);
    }
    const mustThink = dialect.demandsThinking && thinks && role === "assistant" && calls.length > 0;
    if (mustThink && !blocks.some(({ type }) => type === "thinking"))
      faults.push(`messages.${i}: thinking is missing in an answer with calls`);
  }
  const last = messages.findLast(({ role }) => role === "assistant");
  const hasCalls = last?.blocks.some(({ type }) => type === "tool_use");
  if (dialect.own && thinking?.type === "enabled" && hasCalls && !last?.blocks[0]?.type.endsWith("thinking"))
    faults.push("Expected `thinking` or `redacted_thinking`, but found `tool_use`");
  if (thinking?.budget_tokens !== undefined && thinking.budget_tokens >= Number(body.max_tokens))
    faults.push("thinking.budget_tokens must be less than max_tokens");
  if ("tool_choice" in body && !body.tools) faults.push("tool_choice without tools");
  return faults;
}
