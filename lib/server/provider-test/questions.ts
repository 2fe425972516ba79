/** What a provider is asked when it is tried out. Small enough to cost next to nothing. */

/** Room for a word, also at vendors that want to think first or take no fewer than 16. */
const FEW_TOKENS = 64;
const TOOL_TOKENS = 256;

/** 64 × 64 pixels, all red: some vendors refuse smaller pictures. */
const RED_PNG =
  "iVBORw0KGgoAAAANSUhEUgAAAEAAAABACAIAAAAlC+aJAAAAT0lEQVR42u3PQQkAAAgEsAtx/ZMZxgi+hcEKLNO+FgEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQGBywKqxUDxqh7TUQAAAABJRU5ErkJggg==";

const TOOL = {
  name: "get_time",
  description: "Tells the time of a city.",
  input_schema: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
};

/** The checks in which the model is asked something, in the order in which they are made. */
export const QUESTIONS = {
  answer: { stream: false, max_tokens: FEW_TOKENS, content: "Answer with the single word: yes" },
  stream: { stream: true, max_tokens: FEW_TOKENS, content: "Answer with the single word: yes" },
  tools: {
    stream: false,
    max_tokens: TOOL_TOKENS,
    content: "What time is it in Paris? Call the tool get_time to find out.",
    tools: [TOOL],
  },
  vision: {
    stream: false,
    max_tokens: FEW_TOKENS,
    content: [
      { type: "image", source: { type: "base64", media_type: "image/png", data: RED_PNG } },
      { type: "text", text: "Which colour is this? Answer with one word." },
    ],
  },
} as const;

export type Question = keyof typeof QUESTIONS;

/** The request that asks it, in Anthropic's words. */
export function questionBody(question: Question, model: string): Buffer {
  const { content, ...rest } = QUESTIONS[question];
  return Buffer.from(JSON.stringify({ model, ...rest, messages: [{ role: "user", content }] }));
}
