/**
 * The words of Gemini's protocol, as far as they are written or read. What is read may lack anything.
 * @see https://ai.google.dev/api/generate-content
 */
export interface Part {
  text?: string;
  /** The text is the model's thinking. */
  thought?: boolean;
  /** State of the model's reasoning; wanted back on the very part on which it came. */
  thoughtSignature?: string;
  functionCall?: FunctionCall;
  functionResponse?: FunctionResponse;
  inlineData?: InlineData;
  fileData?: { mimeType: string; fileUri: string };
  /** A call of one of Google's own tools, and what came of it. */
  toolCall?: unknown;
  toolResponse?: unknown;
}

export interface InlineData {
  mimeType: string;
  data: string;
}

export interface FunctionCall {
  id?: string;
  name?: string;
  args?: Record<string, unknown>;
  /** Vertex AI may send the arguments in pieces. */
  partialArgs?: PartialArg[];
  willContinue?: boolean;
}

/** A piece of a call's arguments: the value, or the next part of the string, at a JSON path. */
export interface PartialArg {
  jsonPath?: string;
  stringValue?: string | null;
  numberValue?: number | null;
  boolValue?: boolean | null;
  nullValue?: unknown;
  willContinue?: boolean;
}

export interface FunctionResponse {
  id?: string;
  name: string;
  response: Record<string, unknown>;
  parts?: { inlineData: InlineData }[];
}

export interface Content {
  role: "user" | "model";
  parts: Part[];
}

/** One document of a stream, or the whole answer. Code Assist wraps it in `response`. */
export interface Chunk {
  candidates?: Candidate[];
  promptFeedback?: { blockReason?: string; blockReasonMessage?: string } | null;
  usageMetadata?: unknown;
  modelVersion?: string;
  responseId?: string;
  response?: unknown;
  error?: unknown;
}

export interface Candidate {
  content?: { parts?: Part[] | null } | null;
  finishReason?: string | null;
  finishMessage?: string | null;
  groundingMetadata?: unknown;
}
