import type { Model, Settings } from "../config/settings.ts";

/** Claude Code's model picker shows only ids that hold one of these words. */
const PICKER_WORDS = /claude|anthropic/i;
/** Makes any name pass the picker; accepted in requests too. */
export const PICKER_PREFIX = "anthropic/";

interface ModelView {
  type: "model";
  id: string;
  display_name: string;
  created_at: string;
  /** The chain of providers. */
  description: string;
  max_input_tokens?: number;
  max_tokens?: number;
}

/** The configured models in the shape of Anthropic's `GET /v1/models`, under ids that Claude Code's picker shows. */
export function modelList(settings: Settings, startedAt: number): ModelView[] {
  return [...settings.models.values()].flatMap((model) => views(model, startedAt));
}

function views(model: Model, startedAt: number): ModelView[] {
  const ids = PICKER_WORDS.test(model.name) ? [model.name] : [model.name, `${PICKER_PREFIX}${model.name}`];
  const windows = model.mappings.map((m) => m.capabilities.contextWindow).filter((n) => n !== undefined);
  const outputs = model.mappings.map((m) => m.capabilities.maxOutput).filter((n) => n !== undefined);
  return ids.map((id) => ({
    type: "model",
    id,
    display_name: model.name,
    created_at: new Date(startedAt).toISOString(),
    description: chain(model),
    ...(windows.length > 0 && { max_input_tokens: Math.min(...windows) }),
    ...(outputs.length > 0 && { max_tokens: Math.min(...outputs) }),
  }));
}

/** The chain in words: `z.ai → openrouter`. */
export function chain(model: Model): string {
  const ordered = model.mappings.toSorted((a, b) => a.priority - b.priority);
  return ordered.map(({ provider }) => provider.name).join(" → ") || "no provider";
}

/** OpenAI's shape of the same list. */
export function openaiModelList(settings: Settings, startedAt: number): object {
  return { object: "list", data: [...settings.models.keys()].map((name) => openaiModel(name, startedAt)) };
}

/** OpenAI's shape of one of them. */
export function openaiModel(id: string, startedAt: number): object {
  return { id, object: "model", created: Math.floor(startedAt / 1000), owned_by: "claude-code-mux" };
}
