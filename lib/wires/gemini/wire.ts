import type { WireId } from "../../catalog/wire-ids.ts";
import { assembledAnswer } from "../shared/assembled-answer.ts";
import { AssembledStream } from "../shared/assembled-stream.ts";
import type { MakeAssembler } from "../shared/assembler.ts";
import { localAnswer } from "../shared/local-answer.ts";
import type { TranslationContext, Wire } from "../wire.ts";
import { GeminiAssembler } from "./assembler.ts";
import { generationOf } from "./generation.ts";
import type { GeminiHost } from "./host.ts";
import { countRequest, geminiRequest } from "./request.ts";
import { SignatureMemory } from "./signatures.ts";
import { geminiTools } from "./tools.ts";

/** Gemini's protocol as it is spoken at a host. Signatures that one answer brings are kept for the requests after it. */
export function geminiWire(id: WireId, host: GeminiHost, memory = new SignatureMemory()): Wire & CountingWire {
  const assemblerFor =
    (context: TranslationContext): MakeAssembler =>
    (sink) =>
      new GeminiAssembler(context, sink, memory);
  return {
    id,
    request: (inbound, target) => geminiRequest(inbound, target, host, memory),
    localAnswer: (context) =>
      localAnswer(context, { tools: geminiTools, canSearch: ({ model }) => generationOf(model).search !== "none" }),
    stream: (context) => new AssembledStream(context, assemblerFor(context)),
    answer: (body, context) => assembledAnswer(body, context, assemblerFor(context)),
    countTokens: {
      request: (inbound, target) => countRequest(inbound, target, host, memory),
      read(body) {
        const count = (JSON.parse(body.toString("utf8")) as { totalTokens?: unknown }).totalTokens;
        return typeof count === "number" ? count : undefined;
      },
    },
  };
}

/** A wire that can count for certain. */
type CountingWire = Required<Pick<Wire, "countTokens">>;
