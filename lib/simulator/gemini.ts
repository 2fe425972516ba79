import {
  type Answer,
  type Ask,
  bareEvent,
  type Frame,
  intoWords,
  type Json,
  lastWords,
  type Part,
  promptTokens,
  record,
  records,
  type SimulatedWire,
  text,
  words,
} from "./wire.ts";

/** Google's Gemini API, v1beta (https://ai.google.dev/api/generate-content). */
export const gemini: SimulatedWire = {
  name: "gemini",
  complaint,
  read,
  frames,
  whole: (ask, answer) =>
    chunk(
      ask,
      answer,
      answer.parts.flatMap((part) => partsOf(ask, part, answer.id)),
      true,
    ),
  error: (status, type, message) => ({ error: { code: status, message, status: statusWord(type) } }),
  errorFrame: (type, message) => bareEvent({ error: { code: 503, message, status: statusWord(type) } }),
};

const FINISHES = {
  end: "STOP",
  tool: "STOP",
  length: "MAX_TOKENS",
  "stop-sequence": "STOP",
  refusal: "SAFETY",
} as const satisfies Record<Answer["stop"], string>;

function statusWord(type: string): string {
  switch (type) {
    case "invalid_request_error":
      return "INVALID_ARGUMENT";
    case "authentication_error":
      return "UNAUTHENTICATED";
    case "rate_limit_error":
      return "RESOURCE_EXHAUSTED";
    case "overloaded_error":
      return "UNAVAILABLE";
    default:
      return "INTERNAL";
  }
}

function complaint(body: Json): string | undefined {
  const contents = records(body.contents);
  if (contents.length === 0) return "contents is not specified";
  for (const [at, content] of contents.entries()) {
    const role = text(content.role) || "user";
    if (role !== "user" && role !== "model") return `contents[${at}].role: please use a valid role: user, model.`;
    const parts = records(content.parts);
    if (parts.length === 0) return `contents[${at}].parts must not be empty.`;
    const hollow = parts.findIndex((part) => Object.keys(part).length === 0 || part.text === "");
    if (hollow >= 0)
      return `contents[${at}].parts[${hollow}].data: required oneof field 'data' must have one initialized field`;
    const calls = records(contents[at - 1]?.parts).filter((part) => part.functionCall !== undefined).length;
    const answers = parts.filter((part) => part.functionResponse !== undefined).length;
    if (calls !== answers && (calls > 0 || answers > 0))
      return "Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.";
  }
  return undefined;
}

/** A result's words; Google suggests `output` and `error` as the keys for them. */
function resultText(response: Json): string {
  const said = response.output ?? response.error;
  return typeof said === "string" ? said : JSON.stringify(response);
}

function read(body: Json, fromPath: { model?: string; stream?: boolean }) {
  const contents = records(body.contents);
  const config = record(body.generationConfig);
  const thinking = record(config.thinkingConfig);
  const schema = config.responseJsonSchema ?? config.responseSchema;
  return {
    model: fromPath.model ?? text(body.model),
    stream: fromPath.stream === true,
    system: words(record(body.systemInstruction).parts),
    userText: lastWords(contents.filter((c) => c.role !== "model").map((c) => c.parts)),
    toolResults: records(contents.at(-1)?.parts)
      .filter((part) => part.functionResponse !== undefined)
      .map((part) => resultText(record(record(part.functionResponse).response))),
    tools: records(body.tools)
      .flatMap((tool) => records(tool.functionDeclarations))
      .map((tool) => ({ name: text(tool.name), schema: record(tool.parametersJsonSchema ?? tool.parameters) })),
    webSearch: records(body.tools).some((tool) => tool.googleSearch !== undefined),
    thinking: thinkingOf(thinking),
    ...(schema === undefined ? {} : { schema: record(schema) }),
    ...(typeof config.maxOutputTokens === "number" ? { maxTokens: config.maxOutputTokens } : {}),
    stopSequences: Array.isArray(config.stopSequences) ? config.stopSequences.map(text) : [],
    prefix: JSON.stringify([body.tools, body.systemInstruction]),
    cacheable: true,
  };
}

function thinkingOf(config: Json): Ask["thinking"] {
  if (config.includeThoughts === true) return "shown";
  return config.thinkingLevel === undefined && !Number(config.thinkingBudget) ? "none" : "hidden";
}

/** A part as the pieces in which it is streamed. */
function partsOf(ask: Ask, part: Part, id: string): Json[] {
  switch (part.type) {
    case "text":
      return intoWords(part.text).map((word) => ({ text: word }));
    case "thinking":
      return ask.thinking === "hidden" ? [] : intoWords(part.text).map((word) => ({ text: word, thought: true }));
    case "tool":
      return [
        {
          functionCall: { name: part.name, args: part.input },
          thoughtSignature: Buffer.from(`simulated ${id}`).toString("base64"),
        },
      ];
    case "search":
      return [];
  }
}

function frames(ask: Ask, answer: Answer): Frame[] {
  const pieces = answer.parts.flatMap((part): Frame[] =>
    partsOf(ask, part, answer.id).map((piece) => ({
      at: part.type === "search" ? "text" : part.type,
      bytes: bareEvent(chunk(ask, answer, [piece], false)),
    })),
  );
  return [...pieces, { at: "end", bytes: bareEvent(chunk(ask, answer, [{ text: "" }], true)) }];
}

/** A document of a stream, or the only one: they have the same shape. */
function chunk(ask: Ask, answer: Answer, parts: Json[], last: boolean): Json {
  const { usage } = answer;
  const prompt = promptTokens(usage);
  const grounding = groundingOf(answer);
  return {
    candidates: [
      {
        content: { role: "model", parts },
        index: 0,
        ...(last ? { finishReason: FINISHES[answer.stop] } : {}),
        ...(last && grounding ? { groundingMetadata: grounding } : {}),
      },
    ],
    usageMetadata: {
      promptTokenCount: prompt,
      ...(usage.cacheRead > 0 ? { cachedContentTokenCount: usage.cacheRead } : {}),
      candidatesTokenCount: last ? usage.output - usage.thinking : 0,
      ...(usage.thinking > 0 ? { thoughtsTokenCount: usage.thinking } : {}),
      totalTokenCount: prompt + (last ? usage.output : usage.thinking),
    },
    modelVersion: ask.model,
    responseId: answer.id,
  };
}

function groundingOf(answer: Answer): Json | undefined {
  const searches = answer.parts.filter((part) => part.type === "search");
  if (searches.length === 0) return undefined;
  return {
    webSearchQueries: searches.map((part) => part.query),
    groundingChunks: searches.flatMap((part) => part.results.map(({ title, url }) => ({ web: { uri: url, title } }))),
  };
}
