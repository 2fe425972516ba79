/**
 * @module Checks a generateContent request as strictly as Google does, or more: unknown keys are refused, and so is a
 * history that does not add up. What differs from model to model, and on Vertex AI, is told by the place.
 *
 *     expect(checkGeminiRequest(body, { model: "gemini-3.8-flash" })).toEqual([]);
 */
import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";

type Schema = Record<string, unknown>;

/** Where the request goes. */
export interface GeminiPlace {
  model: string;
  vertex?: boolean;
}

/** What a model takes, by the beginning of its name; written down apart from the catalogue's own tables. */
interface ModelRules {
  levels?: readonly string[];
  budget?: readonly [least: number, most: number];
  isNew: boolean;
}

const RULES: readonly (readonly [string, ModelRules])[] = [
  ["gemini-4-argon", { levels: ["LOW", "MEDIUM", "HIGH"], isNew: true }],
  ["gemini-3.8-flash", { levels: ["LOW", "MEDIUM", "HIGH"], isNew: true }],
  ["gemini-3.7-flash", { levels: ["LOW", "MEDIUM", "HIGH"], isNew: true }],
  ["gemini-3.1-pro", { levels: ["LOW", "MEDIUM", "HIGH"], isNew: true }],
  ["gemini-3-pro", { levels: ["LOW", "HIGH"], isNew: true }],
  ["gemini-3", { levels: ["MINIMAL", "LOW", "MEDIUM", "HIGH"], isNew: true }],
  ["gemini-2.5-pro", { budget: [128, 32_768], isNew: false }],
  ["gemini-2.5-flash", { budget: [0, 24_576], isNew: false }],
  ["gemini-2", { isNew: false }],
  ["gemma", { isNew: false }],
];

const string = { type: "string" };
const text = { type: "string", minLength: 1 };
const flag = { type: "boolean" };
const open = { type: "object" };
const count = { type: "integer", minimum: 1 };
const oneOf = (...values: unknown[]): Schema => ({ enum: values });
const exactly = (properties: Record<string, Schema>, required = Object.keys(properties)): Schema => ({
  type: "object",
  properties,
  required,
  additionalProperties: false,
});
const listOf = (items: Schema, more: Schema = {}): Schema => ({ type: "array", items, minItems: 1, ...more });

const NAME = { type: "string", pattern: "^[a-zA-Z_][a-zA-Z0-9_.:-]{0,127}$" };
const BASE64 = { type: "string", minLength: 1, pattern: "^[A-Za-z0-9+/]+={0,2}$" };
const INLINE_TYPES = [
  "image/png",
  "image/jpeg",
  "image/webp",
  "image/heic",
  "image/heif",
  "application/pdf",
  "text/plain",
];
const INLINE = exactly({ mimeType: oneOf(...INLINE_TYPES), data: BASE64 });
const FILE = exactly({ mimeType: oneOf(...INLINE_TYPES), fileUri: { type: "string", pattern: "^(?:https|gs)://" } });
const CALL = exactly({ id: text, name: NAME, args: open }, ["name", "args"]);
const RESPONSE = exactly({ id: text, name: NAME, response: open, parts: listOf(exactly({ inlineData: INLINE })) }, [
  "name",
  "response",
]);
const SIGNATURE = { thoughtSignature: text };
const part = (data: Record<string, Schema>, more: Record<string, Schema> = {}): Schema =>
  exactly({ ...data, ...SIGNATURE, ...more }, Object.keys(data));
const PARTS = listOf({
  anyOf: [
    part({ text }, { thought: flag }),
    part({ inlineData: INLINE }),
    part({ fileData: FILE }),
    part({ functionCall: CALL }),
    part({ functionResponse: RESPONSE }),
    part({ toolCall: open }),
    part({ toolResponse: open }),
  ],
});
const CATEGORIES = ["HARASSMENT", "HATE_SPEECH", "SEXUALLY_EXPLICIT", "DANGEROUS_CONTENT", "CIVIC_INTEGRITY"];

const PROMPT = {
  contents: listOf(exactly({ role: oneOf("user", "model"), parts: PARTS })),
  systemInstruction: exactly({ parts: listOf(exactly({ text })) }),
  tools: listOf({
    anyOf: [
      exactly({
        functionDeclarations: listOf(
          exactly({ name: NAME, description: string, parametersJsonSchema: open }, ["name"]),
          { maxItems: 512 },
        ),
      }),
      exactly({ googleSearch: exactly({ excludeDomains: listOf(text) }, []) }),
    ],
  }),
};

const REQUEST = exactly(
  {
    ...PROMPT,
    toolConfig: exactly(
      {
        functionCallingConfig: exactly(
          { mode: oneOf("AUTO", "ANY", "NONE", "VALIDATED"), allowedFunctionNames: listOf(NAME) },
          ["mode"],
        ),
        includeServerSideToolInvocations: flag,
      },
      [],
    ),
    safetySettings: listOf(
      exactly({
        category: oneOf(...CATEGORIES.map((name) => `HARM_CATEGORY_${name}`)),
        threshold: oneOf("OFF", "BLOCK_NONE", "BLOCK_ONLY_HIGH", "BLOCK_MEDIUM_AND_ABOVE", "BLOCK_LOW_AND_ABOVE"),
      }),
    ),
    generationConfig: exactly(
      {
        temperature: { type: "number", minimum: 0, maximum: 2 },
        topP: { type: "number", minimum: 0, maximum: 1 },
        topK: count,
        maxOutputTokens: { type: "integer", minimum: 1, maximum: 65_536 },
        stopSequences: listOf(text, { maxItems: 5 }),
        responseMimeType: oneOf("text/plain", "application/json"),
        responseJsonSchema: open,
        thinkingConfig: exactly(
          { includeThoughts: flag, thinkingBudget: { type: "integer" }, thinkingLevel: string },
          [],
        ),
      },
      [],
    ),
  },
  ["contents"],
);

let compiled: { request: ValidateFunction; prompt: ValidateFunction } | undefined;

function validators(): { request: ValidateFunction; prompt: ValidateFunction } {
  const ajv = new Ajv({ allErrors: true, strict: false });
  compiled ??= { request: ajv.compile(REQUEST), prompt: ajv.compile(exactly(PROMPT, ["contents"])) };
  return compiled;
}

/** @returns the faults, none for a perfect request */
export function checkGeminiRequest(body: unknown, place: GeminiPlace): string[] {
  const rules = RULES.find(([beginning]) => place.model.startsWith(beginning))?.[1];
  if (!rules) return [`no rules are known for ${place.model}`];
  const request = body as Loose;
  return [
    ...shapeFaults(validators().request, body),
    ...historyFaults(request, rules),
    ...toolFaults(request, rules, place),
    ...thinkingFaults(request, rules),
    ...(request.generationConfig?.responseJsonSchema && request.generationConfig.responseMimeType !== "application/json"
      ? ["responseJsonSchema without application/json"]
      : []),
  ];
}

/** The same for what is counted: only what belongs to the prompt is taken. */
export function checkGeminiCount(body: unknown, place: GeminiPlace): string[] {
  const { generateContentRequest, ...others } = body as { generateContentRequest?: Loose & { model?: string } };
  if (place.vertex) return shapeFaults(validators().prompt, body);
  if (Object.keys(others).length > 0) return [`beside generateContentRequest: ${Object.keys(others)}`];
  const { model, ...prompt } = generateContentRequest ?? {};
  return [
    ...(model === `models/${place.model}` ? [] : [`model: ${model}`]),
    ...shapeFaults(validators().prompt, prompt),
  ];
}

interface Loose {
  contents?: { role: string; parts: LoosePart[] }[];
  tools?: { functionDeclarations?: { name: string; parametersJsonSchema?: unknown }[]; googleSearch?: unknown }[];
  toolConfig?: {
    functionCallingConfig?: { mode?: string; allowedFunctionNames?: string[] };
    includeServerSideToolInvocations?: boolean;
  };
  generationConfig?: {
    thinkingConfig?: { thinkingBudget?: number; thinkingLevel?: string };
    responseJsonSchema?: unknown;
    responseMimeType?: string;
    maxOutputTokens?: number;
  };
}

interface LoosePart {
  text?: string;
  thoughtSignature?: string;
  functionCall?: { id?: string; name: string };
  functionResponse?: { id?: string; name: string; parts?: unknown[] };
}

function shapeFaults(validate: ValidateFunction, body: unknown): string[] {
  return validate(body) ? [] : (validate.errors ?? []).map(faultOf);
}

function faultOf({ instancePath, message, params }: ErrorObject): string {
  const extra = (params as { additionalProperty?: string }).additionalProperty;
  return `${instancePath || "body"}: ${message}${extra === undefined ? "" : ` (${extra})`}`;
}

/** Roles take turns; calls are answered at once, in number, order, name and id; where signatures are wanted they are there. */
function historyFaults({ contents = [] }: Loose, { isNew }: ModelRules): string[] {
  const faults: string[] = [];
  if (contents[0]?.role !== "user") faults.push("contents must begin with the user");
  for (const [i, { role, parts }] of contents.entries()) {
    const at = `contents.${i}`;
    const before = contents[i - 1];
    if (before?.role === role) faults.push(`${at}: two ${role} contents in a row`);
    const calls = (before?.parts ?? []).flatMap(({ functionCall }) => functionCall ?? []);
    const answers = parts.flatMap(({ functionResponse }) => functionResponse ?? []);
    if (calls.length !== answers.length) faults.push(`${at}: ${answers.length} results for ${calls.length} calls`);
    for (const [n, answer] of answers.entries()) {
      if (answer.name !== calls[n]?.name) faults.push(`${at}: result ${n} is of ${answer.name}, not ${calls[n]?.name}`);
      if (answer.id !== calls[n]?.id) faults.push(`${at}: result ${n} has id ${answer.id}, not ${calls[n]?.id}`);
      if (answer.parts && !isNew) faults.push(`${at}: media inside a result`);
    }
    if (parts.slice(0, answers.length).some(({ functionResponse }) => !functionResponse))
      faults.push(`${at}: something stands between the results`);
    const first = parts.find(({ functionCall }) => functionCall);
    if (first && role === "user") faults.push(`${at}: a call of the user`);
    if (first && isNew && !first.thoughtSignature)
      faults.push(`${at}: Function call is missing a thought_signature in functionCall parts`);
  }
  if (contents.at(-1)?.parts.some(({ functionCall }) => functionCall)) faults.push("a call at the end is not answered");
  return faults;
}

function toolFaults(
  { tools = [], toolConfig, generationConfig }: Loose,
  { isNew }: ModelRules,
  place: GeminiPlace,
): string[] {
  const faults: string[] = [];
  const functions = tools.flatMap(({ functionDeclarations }) => functionDeclarations ?? []);
  const names = functions.map(({ name }) => name);
  const searches = tools.some(({ googleSearch }) => googleSearch !== undefined);
  const { mode, allowedFunctionNames: allowed } = toolConfig?.functionCallingConfig ?? {};
  if (new Set(names).size < names.length) faults.push("tools: a name twice");
  if (toolConfig && functions.length === 0) faults.push("toolConfig without functions");
  if (allowed && (mode !== "ANY" || allowed.some((name) => !names.includes(name))))
    faults.push("allowedFunctionNames: no such function, or no ANY");
  if (searches && functions.length > 0) {
    const shows = toolConfig?.includeServerSideToolInvocations === true;
    if (!isNew) faults.push("googleSearch beside functions");
    if (shows === (place.vertex ?? false)) faults.push("includeServerSideToolInvocations");
    if (mode === "NONE") faults.push("googleSearch although tools are forbidden");
  } else if (toolConfig?.includeServerSideToolInvocations) faults.push("includeServerSideToolInvocations without need");
  if (!place.vertex && JSON.stringify(tools).includes("excludeDomains")) faults.push("excludeDomains");
  if (!isNew && tools.length > 0 && generationConfig?.responseMimeType === "application/json")
    faults.push("a response schema beside tools");
  for (const { name, parametersJsonSchema } of functions) {
    if (parametersJsonSchema === undefined) continue;
    faults.push(...schemaFaults(parametersJsonSchema, name));
    if ((parametersJsonSchema as Schema).type !== "object") faults.push(`${name}: parameters are no object`);
  }
  if (generationConfig?.responseJsonSchema) faults.push(...schemaFaults(generationConfig.responseJsonSchema, "answer"));
  return faults;
}

function thinkingFaults({ generationConfig }: Loose, { levels, budget }: ModelRules): string[] {
  const config = generationConfig?.thinkingConfig;
  if (!config) return [];
  const { thinkingLevel: level, thinkingBudget: tokens } = config;
  if (!levels && !budget) return ["thinkingConfig"];
  const faults: string[] = [];
  if (level !== undefined && !levels?.includes(level)) faults.push(`thinkingLevel ${level}`);
  if (tokens !== undefined && (!budget || tokens < budget[0] || tokens > budget[1]))
    faults.push(`thinkingBudget ${tokens}`);
  return faults;
}

const KEYWORDS = [
  "type format title description nullable default enum items minItems maxItems properties required minProperties",
  "maxProperties minimum maximum minLength maxLength pattern example anyOf propertyOrdering",
].flatMap((line) => line.split(" "));
const TYPES = ["string", "number", "integer", "boolean", "array", "object"];

/** Google's Schema, which knows few keywords and one type at a time (https://ai.google.dev/api/caching#Schema). */
export function schemaFaults(schema: unknown, at = "schema"): string[] {
  if (typeof schema !== "object" || schema === null || Array.isArray(schema)) return [`${at}: no schema`];
  const known = schema as Schema;
  const faults = Object.keys(known)
    .filter((key) => !KEYWORDS.includes(key))
    .map((key) => `${at}: Unknown name "${key}": Cannot find field`);
  const { type, enum: values, format, items, properties, required, anyOf } = known;
  if (type !== undefined && !TYPES.includes(String(type))) faults.push(`${at}: type ${JSON.stringify(type)}`);
  if (values !== undefined && (type !== "string" || !(values as unknown[]).every((v) => typeof v === "string")))
    faults.push(`${at}: enum of other than strings`);
  if (format !== undefined && format !== "date-time" && format !== "enum")
    faults.push(`${at}: format ${String(format)}`);
  if (type === "array" && items === undefined) faults.push(`${at}: array without items`);
  if (anyOf !== undefined && Object.keys(known).length > 1) faults.push(`${at}: something beside anyOf`);
  const names = Object.keys((properties ?? {}) as Schema);
  if (properties !== undefined && names.length === 0) faults.push(`${at}: properties should be non-empty`);
  for (const name of (required ?? []) as string[])
    if (!names.includes(name)) faults.push(`${at}: required property ${name} is not defined`);
  for (const [name, value] of Object.entries((properties ?? {}) as Schema))
    faults.push(...schemaFaults(value, `${at}.${name}`));
  for (const branch of (anyOf ?? []) as unknown[]) faults.push(...schemaFaults(branch, `${at}|`));
  return items === undefined ? faults : [...faults, ...schemaFaults(items, `${at}[]`)];
}
