import type { CallFragment } from "./tool-calls.ts";

/** A chunk of a stream, or a whole completion, as loosely as vendors send it. */
export interface Chunk {
  id?: unknown;
  model?: unknown;
  choices?: (Choice | null)[] | null;
  usage?: unknown;
  x_groq?: { usage?: unknown } | null;
}

export interface Choice {
  index?: number;
  delta?: ChoiceMessage | null;
  message?: ChoiceMessage | null;
  finish_reason?: unknown;
  /** vLLM: the stop sequence that was hit. */
  stop_reason?: unknown;
  /** Moonshot: usage in its last choice. */
  usage?: unknown;
}

interface ChoiceMessage {
  content?: unknown;
  refusal?: unknown;
  /** Pages that the text before them cites. */
  annotations?: unknown;
  tool_calls?: unknown;
  /** The older form of a single call. */
  function_call?: { name?: string; arguments?: unknown } | null;
}

/** Choices other than the first count as part of the same answer; their call indexes are moved out of the first one's way. */
const INDEXES_PER_CHOICE = 1000;

/** Is this an error object where a chunk should be? Vendors send them with HTTP 200. */
export function isError(value: object): boolean {
  const { error, choices, object, message, code, type, detail, errors } = value as Record<string, unknown>;
  if (error) return true;
  if (Array.isArray(choices)) return false;
  if (object === "error" || detail !== undefined || errors !== undefined) return true;
  return typeof message === "string" && (code !== undefined || type !== undefined);
}

/** The fragments of tool calls in a choice. */
export function fragmentsOf({ index = 0, delta, message }: Choice): CallFragment[] {
  const said = delta ?? message;
  const calls = Array.isArray(said?.tool_calls) ? said.tool_calls : [];
  const fragments = calls.filter((call): call is CallFragment => typeof call === "object" && call !== null);
  if (said?.function_call) fragments.push({ index: 0, function: said.function_call });
  if (index === 0) return fragments;
  return fragments.map((call) =>
    typeof call.index === "number" ? { ...call, index: call.index + index * INDEXES_PER_CHOICE } : call,
  );
}

/** Content as text and thinking: a string, or the typed parts of Mistral. */
export function contentPieces(content: unknown): { kind: "text" | "thinking"; text: string }[] {
  if (typeof content === "string") return content === "" ? [] : [{ kind: "text", text: content }];
  if (!Array.isArray(content)) return [];
  return content.flatMap((part) => {
    if (typeof part === "string") return contentPieces(part);
    if (part?.type === "thinking") return thinkingPieces(part.thinking);
    return typeof part?.text === "string" ? contentPieces(part.text) : [];
  });
}

function thinkingPieces(thinking: unknown): { kind: "thinking"; text: string }[] {
  return contentPieces(thinking).map(({ text }) => ({ kind: "thinking", text }));
}
