import type { Block, MessagesBody } from "../../anthropic/types.ts";
import { type PastCall, type Turn, turnsOf } from "../shared/conversation.ts";
import { piecesOf, resultPieces } from "../shared/pieces.ts";
import { systemReminder, systemTexts } from "../shared/system-text.ts";
import type { Target } from "../wire.ts";
import { type Generation, generationOf } from "./generation.ts";
import { isInline, partOf } from "./media.ts";
import { modelParts } from "./model-parts.ts";
import type { Content, FunctionResponse, Part } from "./protocol.ts";
import type { Shape } from "./shape.ts";
import type { CallState } from "./signatures.ts";
import { functionName } from "./tools.ts";

/** Stands for the result of a call that the user interrupted. */
const INTERRUPTED: Block = { type: "tool_result", content: "[interrupted]" };

/**
 * The conversation as contents: roles in turns, the results of an answer's calls directly behind it and in their order,
 * then whatever else the user said.
 * @see https://ai.google.dev/api/caching#Content
 */
export function contentsOf({ messages }: MessagesBody, shape: Shape): Content[] {
  const turns = turnsOf(messages);
  dropOpenCalls(turns.at(-1));
  const contents: Content[] = [];
  const say = (role: Content["role"], parts: Part[]) => {
    const last = contents.at(-1);
    if (parts.length === 0) return;
    if (last?.role === role) last.parts.push(...parts);
    else contents.push({ role, parts });
  };
  for (const turn of turns) {
    const { parts, states } = modelParts(turn, shape);
    say("model", parts);
    say("user", [...resultParts(turn.calls, states, shape), ...turn.after.flatMap((message) => said(message, shape))]);
  }
  if (contents[0]?.role !== "user") contents.unshift({ role: "user", parts: [{ text: "." }] });
  return contents;
}

/** Calls at the end of the conversation that nobody has answered: Gemini goes on from words, not from a call. */
function dropOpenCalls(last: Turn | undefined): void {
  if (!last?.assistant || last.after.length > 0) return;
  last.calls = [];
  last.assistant = last.assistant.filter(({ type }) => type !== "tool_use");
}

function said({ role, blocks }: Turn["after"][number], { target }: Shape): Part[] {
  if (role === "user") return blocks.flatMap(piecesOf).map((piece) => partOf(piece, target));
  const texts = systemTexts(blocks).map(({ text }) => text);
  return texts.length > 0 ? [{ text: systemReminder(texts.join("\n\n")) }] : [];
}

/** All results first: Google counts them against the calls. What they cannot hold follows, with a word on where it is from. */
function resultParts(
  calls: readonly PastCall[],
  states: ReadonlyMap<string, CallState>,
  { target, callIds }: Shape,
): Part[] {
  const generation = generationOf(target.model);
  const results: Part[] = [];
  const beside: Part[] = [];
  for (const call of calls) {
    const id = callIds ? states.get(call.id)?.id : undefined;
    const { response, rest } = responseOf(call, id, generation, target);
    results.push({ functionResponse: response });
    if (rest.length > 0) beside.push({ text: `[from the result of ${call.name}:]` }, ...rest);
  }
  return [...results, ...beside];
}

function responseOf(
  { name, result = INTERRUPTED }: PastCall,
  id: string | undefined,
  { resultParts: holdsMedia }: Generation,
  target: Target,
): { response: FunctionResponse; rest: Part[] } {
  // The key tells of the error, so the words need not.
  const all = resultPieces({ ...result, is_error: false }).map((piece) => partOf(piece, target));
  const texts = all.map(({ text }) => text).filter((text) => text !== undefined);
  const media = all.filter(({ text }) => text === undefined);
  const inside = holdsMedia ? media.filter(isInline) : [];
  const rest = media.filter((part) => !inside.some((held) => held === part));
  if (rest.length > 0) texts.push(`[${rest.length === 1 ? "image or file" : "images or files"}: see below]`);
  return {
    response: {
      ...(id !== undefined && { id }),
      name: functionName(name),
      response: { [result.is_error === true ? "error" : "output"]: texts.join("\n\n") },
      ...(inside.length > 0 && { parts: inside.map(({ inlineData }) => ({ inlineData })) }),
    },
    rest,
  };
}
