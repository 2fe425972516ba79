/**
 * The parts of the Responses API that are read. Everything may be missing: vendors differ.
 * @see https://platform.openai.com/docs/api-reference/responses-streaming
 */
export interface ResponseEvent {
  type?: string;
  output_index?: number;
  item?: OutputItem;
  delta?: unknown;
  text?: string;
  arguments?: string;
  annotation?: unknown;
  response?: ResponseObject;
  error?: unknown;
  code?: unknown;
  message?: unknown;
}

export interface ResponseObject {
  id?: string;
  model?: string;
  status?: string;
  error?: unknown;
  incomplete_details?: { reason?: string } | null;
  output?: OutputItem[];
  usage?: unknown;
}

export interface OutputItem {
  type?: string;
  id?: string;
  call_id?: string;
  name?: string;
  arguments?: string;
  encrypted_content?: string | null;
  summary?: { text?: string }[];
  content?: { type?: string; text?: string; refusal?: string; annotations?: unknown[] }[];
  action?: { type?: string; query?: string; queries?: string[]; sources?: { url?: string; title?: string }[] };
}
