/**
 * @module Checks a Chat Completions request as strictly as the strictest vendor would: unknown keys are refused, and so is
 * a history that does not add up. The baseline is OpenAI's documented schema; a dialect says where a vendor differs.
 *
 *     expect(checkChatRequest(body)).toEqual([]);
 *     expect(checkChatRequest(body, CHAT_DIALECTS.groq)).toEqual([]);
 */
import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";

type Schema = Record<string, unknown>;

/** Where a vendor departs from OpenAI's schema. */
export interface ChatDialect {
  /** Further fields of the request. */
  fields?: Record<string, Schema>;
  /** Fields of OpenAI's that the vendor refuses. */
  without?: readonly string[];
  /** Further fields of assistant messages. */
  assistantFields?: readonly string[];
  /** Are cache marks on text parts taken? */
  cacheMarks?: boolean;
  /** Further kinds of tools. */
  tools?: readonly Schema[];
  /** Is content taken as an array of parts in messages that hold nothing but text? Default true. */
  textParts?: boolean;
  /** Every assistant message with tool calls must have this field, not empty where `notEmpty`. */
  demands?: { field: string; notEmpty?: boolean };
  /** What tool call ids must look like. */
  toolCallId?: RegExp;
  systemRoles?: readonly string[];
  /** May a system message stand anywhere but at the beginning? Default false. */
  midSystem?: boolean;
  /** Neighbouring messages must not have the same role (tool messages aside). */
  alternates?: boolean;
  /** Forms of tool_choice. Default: all. */
  toolChoices?: readonly string[];
  maxTools?: number;
  /** Keywords that must not occur in tool schemas, at keyword positions. */
  schemaWithout?: readonly string[];
}

const string = { type: "string" };
const text = { type: "string", minLength: 1 };
const flag = { type: "boolean" };
const number = { type: "number" };
const count = { type: "integer", minimum: 1 };
const open = { type: "object" };
const exactly = (properties: Record<string, Schema>, required = Object.keys(properties)): Schema => ({
  type: "object",
  properties,
  required,
  additionalProperties: false,
});
const oneOf = (...values: unknown[]): Schema => ({ enum: values });
const listOf = (items: Schema, more: Schema = {}): Schema => ({ type: "array", items, minItems: 1, ...more });

const NAME = { type: "string", pattern: "^[a-zA-Z0-9_-]{1,64}$" };
const EFFORT = oneOf("none", "minimal", "low", "medium", "high", "xhigh", "max");
const FUNCTION = exactly({
  type: oneOf("function"),
  function: exactly(
    {
      name: NAME,
      description: string,
      parameters: {
        type: "object",
        properties: {
          type: oneOf("object"),
          properties: open,
          $schema: false,
          $id: false,
          anyOf: false,
          oneOf: false,
          allOf: false,
        },
        required: ["type", "properties"],
      },
    },
    ["name"],
  ),
});

const FIELDS: Record<string, Schema> = {
  max_completion_tokens: { type: "integer", minimum: 16 },
  max_tokens: { type: "integer", minimum: 16 },
  metadata: open,
  n: count,
  parallel_tool_calls: flag,
  prompt_cache_key: { type: "string", minLength: 1, maxLength: 64 },
  reasoning_effort: EFFORT,
  response_format: {
    anyOf: [
      exactly({ type: oneOf("text", "json_object") }),
      exactly({
        type: oneOf("json_schema"),
        json_schema: exactly({ name: NAME, schema: open, strict: flag, description: string }, ["name", "schema"]),
      }),
    ],
  },
  safety_identifier: { type: "string", minLength: 1, maxLength: 128 },
  seed: { type: "integer" },
  service_tier: string,
  stop: listOf(text, { maxItems: 4 }),
  store: flag,
  stream: flag,
  stream_options: exactly({ include_usage: flag, include_obfuscation: flag }, []),
  temperature: { type: "number", minimum: 0, maximum: 2 },
  tool_choice: {
    anyOf: [oneOf("none", "auto", "required"), exactly({ type: oneOf("function"), function: exactly({ name: NAME }) })],
  },
  top_p: { type: "number", minimum: 0, maximum: 1 },
  verbosity: string,
  web_search_options: open,
};

const BASELINE: ChatDialect = {};
const compiled = new WeakMap<ChatDialect, ValidateFunction>();

/** @returns the faults, none for a perfect request */
export function checkChatRequest(body: unknown, dialect: ChatDialect = BASELINE): string[] {
  const validate = compiled.get(dialect) ?? new Ajv({ allErrors: true, strict: false }).compile(requestSchema(dialect));
  compiled.set(dialect, validate);
  const shape = validate(body) ? [] : (validate.errors ?? []).map(faultOf);
  return [...shape, ...historyFaults(body as Loose, dialect), ...toolFaults(body as Loose, dialect)];
}

function requestSchema(dialect: ChatDialect): Schema {
  const fields = { ...FIELDS, ...dialect.fields };
  for (const name of dialect.without ?? []) delete fields[name];
  const tools = [FUNCTION, ...(dialect.tools ?? [])];
  return exactly(
    {
      model: text,
      messages: listOf({ anyOf: messageSchemas(dialect) }),
      tools: listOf({ anyOf: tools }, dialect.maxTools === undefined ? {} : { maxItems: dialect.maxTools }),
      ...fields,
    },
    ["model", "messages"],
  );
}

function messageSchemas(dialect: ChatDialect): Schema[] {
  const cache = dialect.cacheMarks
    ? { cache_control: exactly({ type: oneOf("ephemeral"), ttl: string }, ["type"]) }
    : {};
  const textPart = exactly({ type: oneOf("text"), text, ...cache }, ["type", "text"]);
  const media = [
    exactly({
      type: oneOf("image_url"),
      image_url: exactly({ url: { type: "string", pattern: "^(?:https?:|data:image/)" }, detail: string }, ["url"]),
    }),
    exactly({
      type: oneOf("file"),
      file: exactly({ filename: text, file_data: { type: "string", pattern: "^data:" } }),
    }),
  ];
  const texts = dialect.textParts === false ? [text] : [text, listOf(textPart)];
  const extra = Object.fromEntries((dialect.assistantFields ?? []).map((name) => [name, {}]));
  const toolCall = exactly({ id: text, type: oneOf("function"), function: exactly({ name: NAME, arguments: text }) });
  const assistant = {
    role: oneOf("assistant"),
    content: { anyOf: [text, { type: "null" }] },
    tool_calls: listOf(toolCall),
    ...extra,
  };
  return [
    exactly({ role: oneOf(...(dialect.systemRoles ?? ["system"])), content: { anyOf: texts } }),
    exactly({ role: oneOf("user"), content: { anyOf: [...texts, listOf({ anyOf: [textPart, ...media] })] } }),
    exactly(assistant, ["role", "content"]),
    exactly({ role: oneOf("tool"), tool_call_id: text, content: { anyOf: texts } }),
  ];
}

function faultOf({ instancePath, message, params }: ErrorObject): string {
  const extra = (params as { additionalProperty?: string }).additionalProperty;
  return `${instancePath || "body"}: ${message}${extra === undefined ? "" : ` (${extra})`}`;
}

interface Loose {
  messages?: {
    role: string;
    content?: unknown;
    tool_call_id?: string;
    tool_calls?: { id: string; function: { arguments: string } }[];
  }[];
  tools?: { type: string; function?: { name: string; parameters?: unknown } }[];
  [key: string]: unknown;
}

/** Each call is answered exactly once, directly after it; ids, roles and reasoning are as the vendor insists. */
function historyFaults({ messages = [] }: Loose, dialect: ChatDialect): string[] {
  const faults: string[] = [];
  let unanswered: string[] = [];
  for (const [i, message] of messages.entries()) {
    const at = `messages.${i}`;
    if (message.role === "tool") {
      if (!unanswered.includes(message.tool_call_id ?? ""))
        faults.push(`${at}: ${message.tool_call_id} answers no open call`);
      unanswered = unanswered.filter((id) => id !== message.tool_call_id);
      continue;
    }
    if (unanswered.length > 0) faults.push(`${at}: ${unanswered.join()} unanswered`);
    unanswered = (message.tool_calls ?? []).map(({ id }) => id);
    if (new Set(unanswered).size < unanswered.length) faults.push(`${at}: an id twice`);
    const pattern = dialect.toolCallId ?? /^[a-zA-Z0-9_-]{1,40}$/;
    for (const id of unanswered) if (!pattern.test(id)) faults.push(`${at}: tool call id ${id}`);
    for (const { function: called } of message.tool_calls ?? [])
      if (typeof parse(called.arguments) !== "object") faults.push(`${at}: arguments are no JSON object`);
    if (message.role === "assistant" && message.content === null && unanswered.length === 0)
      faults.push(`${at}: empty`);
    const { demands } = dialect;
    if (demands && unanswered.length > 0) {
      const value = (message as Record<string, unknown>)[demands.field];
      if (typeof value !== "string" || (demands.notEmpty && value === ""))
        faults.push(`${at}: ${demands.field} is missing`);
    }
    if (/^(?:system|developer)$/.test(message.role) && i > 0 && !dialect.midSystem)
      faults.push(`${at}: instructions in mid-conversation`);
    if (dialect.alternates && i > 0 && messages[i - 1]?.role === message.role)
      faults.push(`${at}: two ${message.role} messages in a row`);
  }
  if (unanswered.length > 0) faults.push(`${unanswered.join()} unanswered at the end`);
  return faults;
}

function toolFaults(body: Loose, dialect: ChatDialect): string[] {
  const faults: string[] = [];
  const names = (body.tools ?? []).flatMap((tool) => tool.function?.name ?? []);
  if (new Set(names).size < names.length) faults.push("tools: a name twice");
  for (const field of ["tool_choice", "parallel_tool_calls"])
    if (field in body && !body.tools) faults.push(`${field} without tools`);
  if ("stream_options" in body && body.stream !== true) faults.push("stream_options without stream");
  if ("max_tokens" in body && "max_completion_tokens" in body) faults.push("two output limits");
  const choice = body.tool_choice as string | { function?: { name?: string } } | undefined;
  if (typeof choice === "object" && !names.includes(choice.function?.name ?? ""))
    faults.push("tool_choice: no such tool");
  const form = typeof choice === "object" ? "function" : choice;
  if (form !== undefined && dialect.toolChoices && !dialect.toolChoices.includes(form))
    faults.push(`tool_choice: ${form}`);
  for (const keyword of ["$schema", "$id", "$comment", ...(dialect.schemaWithout ?? [])])
    for (const tool of body.tools ?? [])
      if (hasKeyword(tool.function?.parameters, keyword)) faults.push(`tools: ${keyword} in ${tool.function?.name}`);
  return faults;
}

/** Does the keyword occur where JSON schema has keywords, not names of properties or data? */
function hasKeyword(schema: unknown, keyword: string): boolean {
  if (Array.isArray(schema)) return schema.some((item) => hasKeyword(item, keyword));
  if (typeof schema !== "object" || schema === null) return false;
  if (keyword in schema) return true;
  return Object.entries(schema).some(([key, value]) => {
    if (["enum", "const", "default", "examples"].includes(key)) return false;
    const isMap = ["properties", "$defs", "definitions", "patternProperties"].includes(key);
    return hasKeyword(isMap ? Object.values(value as object) : value, keyword);
  });
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

const TOGGLE = exactly({ type: oneOf("enabled", "disabled") });
const OPENAI_ONLY = [
  "prompt_cache_key",
  "safety_identifier",
  "store",
  "metadata",
  "verbosity",
  "service_tier",
  "web_search_options",
];
const REASONED = { assistantFields: ["reasoning_content"] };

/** Vendors' documented requests, by catalogue id. */
export const CHAT_DIALECTS: Readonly<Record<string, ChatDialect>> = {
  openai: { systemRoles: ["system", "developer"], midSystem: true, without: ["max_tokens"], maxTools: 128 },
  openrouter: {
    without: OPENAI_ONLY,
    fields: {
      reasoning: exactly({ effort: EFFORT, enabled: flag, max_tokens: count, exclude: flag }, []),
      provider: open,
      plugins: listOf(
        exactly(
          { id: oneOf("web"), max_results: count, include_domains: listOf(text), exclude_domains: listOf(text) },
          ["id"],
        ),
      ),
      top_k: number,
    },
    assistantFields: ["reasoning", "reasoning_details"],
    cacheMarks: true,
    midSystem: true,
  },
  groq: {
    without: [...OPENAI_ONLY, "max_tokens", "n"],
    fields: {
      reasoning_effort: oneOf("none", "default", "low", "medium", "high"),
      reasoning_format: oneOf("parsed", "raw", "hidden"),
      compound_custom: open,
      search_settings: exactly({ include_domains: listOf(text), exclude_domains: listOf(text) }, []),
    },
    tools: [exactly({ type: oneOf("browser_search", "code_interpreter") })],
    assistantFields: ["reasoning"],
    maxTools: 128,
  },
  together: {
    without: [...OPENAI_ONLY, "max_completion_tokens", "parallel_tool_calls"],
    fields: {
      reasoning_effort: oneOf("low", "medium", "high"),
      context_length_exceeded_behavior: oneOf("error", "truncate"),
      top_k: number,
    },
    ...REASONED,
  },
  fireworks: {
    without: OPENAI_ONLY.filter((name) => name !== "prompt_cache_key"),
    fields: { top_k: number },
    ...REASONED,
  },
  deepinfra: { without: OPENAI_ONLY, fields: { top_k: number }, ...REASONED },
  cerebras: {
    without: [...OPENAI_ONLY.filter((name) => name !== "prompt_cache_key"), "max_tokens"],
    fields: {
      reasoning_effort: oneOf("none", "low", "medium", "high"),
      max_completion_tokens: { type: "integer", minimum: 16, maximum: 25_000 },
    },
    assistantFields: ["reasoning"],
  },
  moonshot: {
    without: [...OPENAI_ONLY, "temperature", "top_p", "seed"],
    fields: { thinking: TOGGLE, reasoning_effort: oneOf("low", "high", "max") },
    ...REASONED,
    demands: { field: "reasoning_content", notEmpty: true },
    toolCallId: /^functions\.[\w-]+:\d+$/,
    toolChoices: ["auto", "none"],
  },
  "kimi-coding": {
    without: OPENAI_ONLY,
    fields: { thinking: TOGGLE, reasoning_effort: oneOf("low", "medium", "high", "max") },
    ...REASONED,
    demands: { field: "reasoning_content", notEmpty: true },
    toolCallId: /^functions\.[\w-]+:\d+$/,
    toolChoices: ["auto", "none"],
  },
  nebius: {
    without: OPENAI_ONLY,
    fields: { reasoning_effort: oneOf("low", "medium", "high"), top_k: number },
    ...REASONED,
  },
  novita: {
    without: [...OPENAI_ONLY, "reasoning_effort"],
    fields: { enable_thinking: flag, top_k: number },
    ...REASONED,
  },
  baseten: { without: OPENAI_ONLY, ...REASONED },
  deepseek: {
    without: OPENAI_ONLY,
    fields: {
      thinking: TOGGLE,
      reasoning_effort: oneOf("low", "high", "max"),
      response_format: exactly({ type: oneOf("text", "json_object") }),
    },
    ...REASONED,
    demands: { field: "reasoning_content" },
  },
  "z.ai": {
    without: [...OPENAI_ONLY, "parallel_tool_calls"],
    fields: {
      thinking: TOGGLE,
      enable_thinking: flag,
      reasoning_effort: EFFORT,
      response_format: exactly({ type: oneOf("text", "json_object") }),
    },
    tools: [exactly({ type: oneOf("web_search"), web_search: open })],
    ...REASONED,
    toolChoices: ["auto"],
  },
  xai: {
    without: [...OPENAI_ONLY, "stop", "max_tokens"],
    fields: { search_parameters: open, reasoning_effort: oneOf("none", "low", "medium", "high", "xhigh") },
    ...REASONED,
    schemaWithout: ["additionalProperties"],
  },
  mistral: {
    without: [...OPENAI_ONLY, "max_completion_tokens", "stream_options", "seed"],
    toolCallId: /^[a-zA-Z0-9]{9}$/,
    alternates: true,
  },
  ollama: {
    without: OPENAI_ONLY,
    fields: { top_k: number, reasoning_effort: oneOf("none", "low", "medium", "high", "max") },
    toolChoices: ["auto"],
  },
  lmstudio: { without: [...OPENAI_ONLY, "reasoning_effort"], fields: { top_k: number } },
  vllm: { without: [...OPENAI_ONLY, "reasoning_effort"], fields: { top_k: number } },
  "openai-compatible": { without: OPENAI_ONLY },
};
