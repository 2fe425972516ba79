import type { Block, MessageAnswer } from "../../anthropic/types.ts";
import { bodyOf } from "../shared/body.ts";
import { ClientToolIds, toolIdsOf } from "../shared/tool-ids.ts";
import type { TranslationContext, WholeAnswer } from "../wire.ts";
import { passes } from "./request.ts";

/** Gives a call the id by which the client is to know it. */
export type IdOf = (upstreamId: string) => string;

/** Another vendor of the protocol wants its own ids to come back as they are, whatever they look like. */
const ANY = /^/;

/**
 * Ids for the calls of an answer: the upstream's own, unless the conversation has a call of that id already. Some vendors count
 * their calls from zero in each answer, and Claude Code takes two calls of one id for one.
 * @returns undefined where ids are never given twice: at Anthropic
 */
export function callIds({ inbound, target }: TranslationContext): IdOf | undefined {
  if (passes(target)) return undefined;
  const ids = new ClientToolIds(toolIdsOf(bodyOf(inbound).messages), ANY);
  return (upstreamId) => ids.make(upstreamId, "");
}

/** The answer with these ids; the very same one where they are the upstream's. */
export function withCallIds(answer: WholeAnswer, idOf: IdOf | undefined): WholeAnswer {
  if (!idOf || !answer.ok || !answer.body.includes('"tool_use"')) return answer;
  const message = JSON.parse(answer.body.toString("utf8")) as MessageAnswer;
  const content = message.content.map((block): Block => {
    const id = block.type === "tool_use" && typeof block.id === "string" ? idOf(block.id) : block.id;
    return id === block.id ? block : { ...block, id };
  });
  const isSame = content.every((block, at) => block === message.content[at]);
  return isSame ? answer : { ...answer, body: Buffer.from(JSON.stringify({ ...message, content })) };
}
