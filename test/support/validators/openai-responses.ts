/**
 * @module Checks a request of the Responses API as strictly as OpenAI does: unknown keys are refused, and so is a history
 * that does not add up. The baseline is OpenAI's documented schema; a dialect says where a vendor differs.
 *
 *     expect(checkResponsesRequest(body)).toEqual([]);
 *     expect(checkResponsesRequest(body, RESPONSES_DIALECTS.xai)).toEqual([]);
 */
import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";

type Schema = Record<string, unknown>;

/** Where a vendor departs from OpenAI's schema. */
export interface ResponsesDialect {
  /** Fields of OpenAI's that the vendor refuses. */
  without?: readonly string[];
  /** Fields that must be there. */
  demands?: readonly string[];
  efforts?: readonly string[];
  /** Entries of `include` that are known. */
  includes?: readonly string[];
  /** Further kinds of tools. Default: functions only. */
  tools?: readonly Schema[];
  /** Roles of instructions in the conversation. Default: none. */
  systemRoles?: readonly string[];
  files?: boolean;
  /** May assistant messages have a phase? */
  phases?: boolean;
  toolChoices?: readonly string[];
  toolCallId?: RegExp;
  /** Functions stand in an input item instead of in `tools`. */
  toolsInInput?: boolean;
  maxTools?: number;
  /** Keywords that must not occur in tool schemas. */
  schemaWithout?: readonly string[];
}

const string = { type: "string" };
const text = { type: "string", minLength: 1 };
const flag = { type: "boolean" };
const exactly = (properties: Record<string, Schema>, required = Object.keys(properties)): Schema => ({
  type: "object",
  properties,
  required,
  additionalProperties: false,
});
const oneOf = (...values: unknown[]): Schema => ({ enum: values });
const listOf = (items: Schema, more: Schema = {}): Schema => ({ type: "array", items, minItems: 1, ...more });

const NAME = { type: "string", pattern: "^[a-zA-Z0-9_-]{1,64}$" };
const FUNCTION = exactly(
  {
    type: oneOf("function"),
    name: NAME,
    description: string,
    parameters: {
      type: "object",
      properties: {
        type: oneOf("object"),
        properties: { type: "object" },
        $schema: false,
        anyOf: false,
        oneOf: false,
        allOf: false,
      },
      required: ["type", "properties"],
    },
    strict: oneOf(false),
  },
  ["type", "name", "parameters", "strict"],
);

export const WEB_SEARCH = exactly(
  {
    type: oneOf("web_search"),
    filters: exactly({ allowed_domains: listOf(text) }),
    user_location: exactly(
      { type: oneOf("approximate"), city: string, region: string, country: string, timezone: string },
      ["type"],
    ),
  },
  ["type"],
);

const FIELDS: Record<string, Schema> = {
  instructions: text,
  max_output_tokens: { type: "integer", minimum: 16 },
  max_tool_calls: { type: "integer", minimum: 1 },
  metadata: { type: "object" },
  parallel_tool_calls: flag,
  prompt_cache_key: { type: "string", minLength: 1, maxLength: 64 },
  safety_identifier: { type: "string", minLength: 1, maxLength: 64 },
  service_tier: string,
  store: oneOf(false),
  stream: flag,
  temperature: { type: "number", minimum: 0, maximum: 2 },
  top_p: { type: "number", minimum: 0, maximum: 1 },
  text: exactly({
    format: {
      anyOf: [
        exactly({ type: oneOf("text", "json_object") }),
        exactly({ type: oneOf("json_schema"), name: NAME, schema: { type: "object" }, strict: flag }),
      ],
    },
  }),
  tool_choice: {
    anyOf: [oneOf("none", "auto", "required"), exactly({ type: oneOf("function"), name: NAME })],
  },
};

const OPENAI: ResponsesDialect = {
  efforts: ["none", "minimal", "low", "medium", "high", "xhigh", "max"],
  includes: ["reasoning.encrypted_content", "web_search_call.action.sources"],
  tools: [WEB_SEARCH],
  systemRoles: ["developer"],
  files: true,
  phases: true,
  maxTools: 128,
};

const compiled = new WeakMap<ResponsesDialect, ValidateFunction>();

/** @returns the faults, none for a perfect request */
export function checkResponsesRequest(body: unknown, dialect: ResponsesDialect = OPENAI): string[] {
  const validate = compiled.get(dialect) ?? new Ajv({ allErrors: true, strict: false }).compile(requestSchema(dialect));
  compiled.set(dialect, validate);
  const shape = validate(body) ? [] : (validate.errors ?? []).map(faultOf);
  return [...shape, ...historyFaults(body as Loose, dialect), ...toolFaults(body as Loose, dialect)];
}

function requestSchema(dialect: ResponsesDialect): Schema {
  const { efforts = [], includes = [], maxTools, demands = [] } = dialect;
  const fields: Record<string, Schema> = { ...FIELDS };
  if (efforts.length > 0)
    fields.reasoning = exactly({ effort: oneOf(...efforts), summary: oneOf("auto", "concise", "detailed") }, []);
  if (includes.length > 0) fields.include = listOf(oneOf(...includes), { uniqueItems: true });
  for (const name of dialect.without ?? []) delete fields[name];
  const kinds = [...(dialect.toolsInInput ? [] : [FUNCTION]), ...(dialect.tools ?? [])];
  return exactly(
    {
      model: text,
      input: listOf({ anyOf: itemSchemas(dialect) }),
      tools: listOf({ anyOf: kinds }, maxTools === undefined ? {} : { maxItems: maxTools }),
      ...fields,
    },
    ["model", "input", ...("store" in fields ? ["store"] : []), ...demands],
  );
}

function itemSchemas(dialect: ResponsesDialect): Schema[] {
  const inputText = exactly({ type: oneOf("input_text"), text });
  const media = [
    exactly({
      type: oneOf("input_image"),
      image_url: { type: "string", pattern: "^(?:https?:|data:image/)" },
      detail: oneOf("auto"),
    }),
    ...(dialect.files
      ? [
          exactly({ type: oneOf("input_file"), filename: text, file_data: { type: "string", pattern: "^data:" } }),
          exactly({ type: oneOf("input_file"), file_url: { type: "string", pattern: "^https?:" } }),
        ]
      : []),
  ];
  const parts = listOf({ anyOf: [inputText, ...media] });
  const assistant = {
    type: oneOf("message"),
    role: oneOf("assistant"),
    content: listOf(exactly({ type: oneOf("output_text"), text })),
    ...(dialect.phases && { phase: oneOf("commentary", "final_answer") }),
  };
  const callId = { type: "string", minLength: 1, maxLength: 64 };
  return [
    exactly({ role: oneOf("user"), content: parts }),
    exactly(assistant, ["role", "content"]),
    ...(dialect.systemRoles ?? []).map((role) => exactly({ role: oneOf(role), content: listOf(inputText) })),
    exactly({ type: oneOf("function_call"), call_id: callId, name: NAME, arguments: text }),
    exactly({
      type: oneOf("function_call_output"),
      call_id: callId,
      output: { anyOf: [text, parts] },
    }),
    exactly({
      type: oneOf("reasoning"),
      summary: { type: "array", items: exactly({ type: oneOf("summary_text"), text }) },
      encrypted_content: text,
    }),
    ...(dialect.toolsInInput
      ? [exactly({ type: oneOf("additional_tools"), role: oneOf("developer"), tools: listOf(FUNCTION) })]
      : []),
  ];
}

function faultOf({ instancePath, message, params }: ErrorObject): string {
  const extra = (params as { additionalProperty?: string }).additionalProperty;
  return `${instancePath || "body"}: ${message}${extra === undefined ? "" : ` (${extra})`}`;
}

interface Loose {
  input?: { type?: string; role?: string; call_id?: string; arguments?: string; tools?: unknown }[];
  tools?: { type: string; name?: string; parameters?: unknown }[];
  [key: string]: unknown;
}

/** Each call is answered exactly once, somewhere behind it; reasoning stands directly before what it led to. */
function historyFaults({ input = [] }: Loose, dialect: ResponsesDialect): string[] {
  const faults: string[] = [];
  const open = new Set<string>();
  const seen = new Set<string>();
  for (const [i, item] of input.entries()) {
    const at = `input.${i}`;
    const id = item.call_id ?? "";
    if (item.type === "function_call") {
      if (seen.has(id)) faults.push(`${at}: the call id ${id} twice`);
      if (!(dialect.toolCallId ?? /^[a-zA-Z0-9_-]{1,64}$/).test(id)) faults.push(`${at}: call id ${id}`);
      if (!isObject(item.arguments ?? "")) faults.push(`${at}: arguments are no JSON object`);
      open.add(id);
      seen.add(id);
    } else if (item.type === "function_call_output") {
      if (!open.delete(id)) faults.push(`${at}: No tool call found for function call output with call_id ${id}`);
    } else if (item.type === "reasoning") {
      const next = input[i + 1];
      const follows = next?.type === "function_call" || (next?.type === "message" && next.role === "assistant");
      if (!follows) faults.push(`${at}: reasoning was provided without its required following item`);
    } else if (item.role === "user" && open.size > 0) faults.push(`${at}: ${[...open].join()} unanswered`);
  }
  for (const id of open) faults.push(`No tool output found for function call ${id}`);
  return faults;
}

function toolFaults(body: Loose, dialect: ResponsesDialect): string[] {
  const faults: string[] = [];
  const inInput = (body.input ?? []).flatMap((item) =>
    item.type === "additional_tools" && Array.isArray(item.tools) ? (item.tools as NonNullable<Loose["tools"]>) : [],
  );
  const tools = [...(body.tools ?? []), ...inInput];
  const names = tools.flatMap((tool) => (tool.type === "function" ? (tool.name ?? "") : []));
  if (new Set(names).size < names.length) faults.push("tools: a name twice");
  for (const field of ["tool_choice", "parallel_tool_calls"])
    if (field in body && tools.length === 0) faults.push(`${field} without tools`);
  const choice = body.tool_choice as string | { name?: string } | undefined;
  if (typeof choice === "object" && !names.includes(choice.name ?? "")) faults.push("tool_choice: no such tool");
  const form = typeof choice === "object" ? "function" : choice;
  if (form !== undefined && dialect.toolChoices && !dialect.toolChoices.includes(form))
    faults.push(`tool_choice: ${form}`);
  const asked = ((body.include ?? []) as string[]).includes("reasoning.encrypted_content");
  if ("reasoning" in body && !asked) faults.push("include: reasoning is asked for, its state is not");
  for (const keyword of ["$schema", "$id", "$comment", ...(dialect.schemaWithout ?? [])])
    for (const { name, parameters } of tools)
      if (hasKeyword(parameters, keyword)) faults.push(`tools: ${keyword} in ${name}`);
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

function isObject(json: string): boolean {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

const OPENAI_ONLY = ["prompt_cache_key", "safety_identifier", "service_tier", "metadata"];
/** The vendors of open models: what they document of the API. */
const OPEN: ResponsesDialect = {
  without: [...OPENAI_ONLY, "max_tool_calls"],
  efforts: ["none", "low", "medium", "high"],
  includes: ["reasoning.encrypted_content"],
};
const MOONSHOT = { toolChoices: ["auto", "none"], toolCallId: /^functions\.[\w-]+:\d+$/ };

/** Vendors' documented requests, by catalogue id. */
export const RESPONSES_DIALECTS: Readonly<Record<string, ResponsesDialect>> = {
  openai: OPENAI,
  xai: {
    without: OPENAI_ONLY,
    efforts: ["none", "low", "medium", "high", "xhigh"],
    includes: ["reasoning.encrypted_content"],
    tools: [WEB_SEARCH],
    schemaWithout: ["additionalProperties"],
    maxTools: 128,
  },
  groq: { ...OPEN, without: [...(OPEN.without ?? []), "store"], efforts: ["low", "medium", "high"], maxTools: 128 },
  moonshot: {
    ...OPEN,
    efforts: ["low", "high", "max"],
    without: [...(OPEN.without ?? []), "temperature", "top_p"],
    ...MOONSHOT,
  },
  minimax: OPEN,
  openrouter: {
    ...OPEN,
    efforts: ["minimal", ...(OPEN.efforts ?? []), "xhigh", "max"],
    systemRoles: ["system"],
    files: true,
    phases: true,
  },
  ollama: { ...OPEN, toolChoices: ["auto", "none"] },
  lmstudio: OPEN,
  vllm: OPEN,
};

const PLAN_WITHOUT = ["max_output_tokens", "max_tool_calls", "metadata", "safety_identifier", "temperature", "top_p"];

/** What the backends of ChatGPT plans take, by the way of signing in. */
export const PLAN_DIALECTS: Readonly<Record<"chatgpt" | "codex", ResponsesDialect>> = {
  chatgpt: { ...OPENAI, without: PLAN_WITHOUT, demands: ["stream"], toolsInInput: true },
  codex: { ...OPENAI, without: PLAN_WITHOUT, demands: ["stream", "instructions"] },
};
