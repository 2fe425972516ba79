/**
 * @module Streams made up for the tests: the same plans as Anthropic's events and as Chat Completions chunks, in the
 * dialects that vendors speak, with characters of one to four bytes so that slices cut some of them.
 */

/** What a model says, before any protocol. */
export interface Plan {
  name: string;
  thinking?: string;
  text?: string;
  tools?: readonly { name: string; input: Record<string, unknown> }[];
  stop: "end" | "tool" | "length";
  usage: PlannedUsage;
}

/** The three kinds of input exclude each other; `thinking` is a part of `output`. */
export interface PlannedUsage {
  input: number;
  cacheRead: number;
  cacheWrite: number;
  output: number;
  thinking: number;
}

/** How a Chat Completions vendor speaks. */
export interface Dialect {
  name: string;
  reasoning: "reasoning_content" | "reasoning";
  /** Where usage stands: in a chunk of its own, in the last with content, in every one (growing), or nowhere. */
  usage: "own-chunk" | "with-finish" | "every-chunk" | "none";
  /** How a call's arguments come. */
  args: "pieces" | "whole";
  /** The call's id and name stand in every fragment, not only in the first. */
  repeatsHead: boolean;
  /** Fragments of parallel calls come in turns instead of one call after the other. */
  interleaves: boolean;
  done: boolean;
  /** `finish_reason` when tools are called; some say `stop`. */
  toolFinish: "tool_calls" | "stop";
}

export interface SyntheticStream {
  name: string;
  plan: Plan;
  /** The `data:` payloads. */
  events: string[];
  /** Chat only: whether `[DONE]` follows. */
  done: boolean;
  /** False where the stream says nothing of usage. */
  tellsUsage: boolean;
}

const USAGE: PlannedUsage = { input: 120, cacheRead: 0, cacheWrite: 0, output: 45, thinking: 0 };
const WORDS = 'Grüße aus 東京, wo 🦜 und 👩‍💻 "plaudern" –\n\teine Zeile, \\ noch eine. ';
const EDIT = {
  file_path: "/src/ä.ts",
  old_string: 'say("hi")\n',
  new_string: "",
  count: 0,
  flags: { all: true, list: [1, null] },
};

/** What is said: every combination that has its own path through a translator. */
export const PLANS: readonly Plan[] = [
  { name: "text", text: WORDS.repeat(8), stop: "end", usage: USAGE },
  { name: "one character", text: "7", stop: "end", usage: { ...USAGE, output: 1 } },
  { name: "thinking and text", thinking: WORDS.repeat(3), text: WORDS, stop: "end", usage: { ...USAGE, thinking: 20 } },
  { name: "text cut by its limit", text: WORDS, stop: "length", usage: USAGE },
  { name: "a tool alone", tools: [{ name: "Edit", input: EDIT }], stop: "tool", usage: USAGE },
  { name: "a tool without input", tools: [{ name: "Now", input: {} }], stop: "tool", usage: USAGE },
  { name: "text and a tool", text: WORDS, tools: [{ name: "Edit", input: EDIT }], stop: "tool", usage: USAGE },
  {
    name: "thinking, text and three tools at once",
    thinking: WORDS,
    text: "So:",
    tools: [
      { name: "Edit", input: EDIT },
      { name: "Bash", input: { command: "printf '%s' \"$HOME\" | sed 's/\\//:/g'" } },
      { name: "Edit", input: { ...EDIT, count: 2 } },
    ],
    stop: "tool",
    usage: { ...USAGE, thinking: 11 },
  },
  { name: "a cached prompt", text: "Seen.", stop: "end", usage: { ...USAGE, input: 7, cacheRead: 31_000 } },
];

const PLAIN: Dialect = {
  name: "plain",
  reasoning: "reasoning_content",
  usage: "own-chunk",
  args: "pieces",
  repeatsHead: false,
  interleaves: false,
  done: true,
  toolFinish: "tool_calls",
};

/** How it is said: each differs from the plain one in the ways that some vendor does. */
export const DIALECTS: readonly Dialect[] = [
  PLAIN,
  { ...PLAIN, name: "usage with the finish, no [DONE]", usage: "with-finish", done: false },
  { ...PLAIN, name: "growing usage, whole arguments", usage: "every-chunk", args: "whole", reasoning: "reasoning" },
  {
    ...PLAIN,
    name: "no usage, heads repeated, stop after tools",
    usage: "none",
    repeatsHead: true,
    toolFinish: "stop",
  },
  { ...PLAIN, name: "parallel calls in turns", interleaves: true },
];

/** Every plan as Anthropic would stream it. */
export function anthropicStreams(): SyntheticStream[] {
  return PLANS.map((plan) => ({
    name: plan.name,
    plan,
    events: anthropicEvents(plan).map((event) => JSON.stringify(event)),
    done: false,
    tellsUsage: true,
  }));
}

/** Every plan in every dialect of Chat Completions. */
export function chatStreams(): SyntheticStream[] {
  return PLANS.flatMap((plan) =>
    DIALECTS.map((dialect) => ({
      name: `${plan.name}, ${dialect.name}`,
      plan,
      events: chatChunks(plan, dialect).map((chunk) => JSON.stringify(chunk)),
      done: dialect.done,
      tellsUsage: dialect.usage !== "none",
    })),
  );
}

type Json = Record<string, unknown>;

function anthropicEvents(plan: Plan): Json[] {
  const { usage } = plan;
  const input = {
    input_tokens: usage.input,
    cache_read_input_tokens: usage.cacheRead,
    cache_creation_input_tokens: usage.cacheWrite,
  };
  const message = { id: "msg_synthetic", type: "message", role: "assistant", model: "synthetic", content: [] };
  const blocks: { start: Json; deltas: Json[] }[] = [];
  if (plan.thinking !== undefined)
    blocks.push({
      start: { type: "thinking", thinking: "", signature: "" },
      deltas: [
        ...pieces(plan.thinking).map((thinking) => ({ type: "thinking_delta", thinking })),
        { type: "signature_delta", signature: "c2lnbmF0dXJl" },
      ],
    });
  if (plan.text !== undefined)
    blocks.push({
      start: { type: "text", text: "" },
      deltas: pieces(plan.text).map((text) => ({ type: "text_delta", text })),
    });
  for (const [at, { name, input: args }] of (plan.tools ?? []).entries())
    blocks.push({
      start: { type: "tool_use", id: `toolu_${at}`, name, input: {} },
      deltas: ["", ...pieces(JSON.stringify(args))].map((partial_json) => ({ type: "input_json_delta", partial_json })),
    });
  return [
    {
      type: "message_start",
      message: { ...message, stop_reason: null, stop_sequence: null, usage: { ...input, output_tokens: 1 } },
    },
    ...blocks.flatMap(({ start, deltas }, index) => [
      { type: "content_block_start", index, content_block: start },
      { type: "ping" },
      ...deltas.map((delta) => ({ type: "content_block_delta", index, delta })),
      { type: "content_block_stop", index },
    ]),
    {
      type: "message_delta",
      delta: {
        stop_reason: { end: "end_turn", tool: "tool_use", length: "max_tokens" }[plan.stop],
        stop_sequence: null,
      },
      usage: { output_tokens: usage.output },
    },
    { type: "message_stop" },
  ];
}

function chatChunks(plan: Plan, dialect: Dialect): Json[] {
  const head = {
    id: "chatcmpl-synthetic",
    object: "chat.completion.chunk",
    created: 1_790_000_000,
    model: "synthetic",
  };
  const deltas: Json[] = [
    { role: "assistant", content: "" },
    ...pieces(plan.thinking ?? "").map((words) => ({ [dialect.reasoning]: words })),
    ...pieces(plan.text ?? "").map((content) => ({ content })),
    ...fragments(plan.tools ?? [], dialect).map((fragment) => ({ tool_calls: [fragment] })),
  ];
  const finish = { end: "stop", length: "length", tool: dialect.toolFinish }[plan.stop];
  const last = deltas.length + 1;
  const usageAt = (number: number): Json => {
    if (dialect.usage === "every-chunk") return { usage: chatUsage(plan.usage, number / last) };
    return dialect.usage === "with-finish" && number === last ? { usage: chatUsage(plan.usage, 1) } : {};
  };
  return [
    ...deltas.map((delta, at) => ({
      ...head,
      choices: [{ index: 0, delta, finish_reason: null }],
      ...usageAt(at + 1),
    })),
    { ...head, choices: [{ index: 0, delta: {}, finish_reason: finish }], ...usageAt(last) },
    ...(dialect.usage === "own-chunk" ? [{ ...head, choices: [], usage: chatUsage(plan.usage, 1) }] : []),
  ];
}

/** @param share how much of the output is out by now */
function chatUsage(usage: PlannedUsage, share: number): Json {
  const prompt = usage.input + usage.cacheRead + usage.cacheWrite;
  const completion = Math.floor(usage.output * share);
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: { cached_tokens: usage.cacheRead },
    completion_tokens_details: { reasoning_tokens: Math.min(usage.thinking, completion) },
  };
}

function fragments(tools: NonNullable<Plan["tools"]>, dialect: Dialect): Json[] {
  const calls = tools.map(({ name, input }, index) => {
    const head = { id: `call_${index}`, type: "function" };
    const args = JSON.stringify(input);
    const [first = "", ...rest] = dialect.args === "whole" ? [args] : ["", ...pieces(args)];
    return [
      { index, ...head, function: { name, arguments: first } },
      ...rest.map((piece) => ({
        index,
        ...(dialect.repeatsHead ? head : {}),
        function: { ...(dialect.repeatsHead ? { name } : {}), arguments: piece },
      })),
    ];
  });
  return dialect.interleaves ? inTurns(calls) : calls.flat();
}

function inTurns<T>(lists: T[][]): T[] {
  const longest = Math.max(0, ...lists.map((list) => list.length));
  return Array.from({ length: longest }, (_, at) => lists.flatMap((list) => list.slice(at, at + 1))).flat();
}

/** Pieces of one, two, three … characters and again, so that tokens fall differently each time. */
function pieces(value: string): string[] {
  const characters = [...value];
  const found: string[] = [];
  for (let at = 0, size = 1; at < characters.length; at += size, size = (size % 9) + 1)
    found.push(characters.slice(at, at + size).join(""));
  return found;
}
