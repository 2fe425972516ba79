/**
 * The parts of the Responses API that are read. Everything may be missing or of another kind: hosts differ.
 * @see https://platform.openai.com/docs/api-reference/responses-streaming
 */
export interface ResponseEvent {
  type?: unknown;
  output_index?: unknown;
  content_index?: unknown;
  summary_index?: unknown;
  item?: OutputItem | null;
  delta?: unknown;
  text?: unknown;
  refusal?: unknown;
  arguments?: unknown;
  annotation?: unknown;
  response?: ResponseObject | null;
  error?: unknown;
}

export interface ResponseObject {
  object?: unknown;
  id?: unknown;
  model?: unknown;
  status?: unknown;
  error?: unknown;
  incomplete_details?: { reason?: unknown } | null;
  output?: unknown;
  usage?: unknown;
}

export interface OutputItem {
  type?: unknown;
  call_id?: unknown;
  name?: unknown;
  arguments?: unknown;
  encrypted_content?: unknown;
  summary?: unknown;
  content?: unknown;
  action?: { type?: unknown; query?: unknown; queries?: unknown; sources?: unknown } | null;
}

/** A part of a message or of reasoning. */
export interface ContentPart {
  text?: unknown;
  refusal?: unknown;
  annotations?: unknown;
}

/** The objects in what should be a list of them. */
export function objectsIn<T extends object>(value: unknown): T[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === "object" && entry !== null) : [];
}

export function stringOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
