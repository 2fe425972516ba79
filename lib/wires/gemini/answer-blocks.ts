import type { MessagesBody, Usage } from "../../anthropic/types.ts";
import type { AnswerSink } from "../shared/answer-sink.ts";
import { sessionKey } from "../shared/session-key.ts";
import { ClientToolIds, toolIdsOf } from "../shared/tool-ids.ts";
import { clientToolName } from "../shared/tool-names.ts";
import type { TranslationContext } from "../wire.ts";
import { restoreValues } from "./argument-values.ts";
import type { WholeCall } from "./call-reader.ts";
import type { Part } from "./protocol.ts";
import { type CallState, type CarriedState, packState, type SignatureMemory, textKey } from "./signatures.ts";
import { takesThinking } from "./thinking.ts";
import { geminiTools } from "./tools.ts";

/** What the blocks need of the request. */
interface BlockNeeds {
  ids: ClientToolIds;
  /** May thinking blocks be written that carry nothing but state? */
  carries: boolean;
}

/** @param body of the request, which is not kept */
export function blockNeeds(body: MessagesBody): BlockNeeds {
  return { ids: new ClientToolIds(toolIdsOf(body.messages)), carries: takesThinking(body) };
}

/** Writes what the model says as blocks, and takes care that the signatures of the parts come back. */
export class AnswerBlocks {
  readonly sink: AnswerSink;
  /** As far as it is known: message_start tells of it. */
  usage: Usage | undefined;
  /** Something that a client sees was written. */
  begun = false;

  readonly #context: TranslationContext;
  readonly #memory: SignatureMemory;
  readonly #ids: ClientToolIds;
  readonly #carries: boolean;
  #state: CarriedState = {};
  #text = "";
  #textSignature: string | undefined;

  constructor(sink: AnswerSink, context: TranslationContext, memory: SignatureMemory, { ids, carries }: BlockNeeds) {
    this.sink = sink;
    this.#context = context;
    this.#memory = memory;
    this.#ids = ids;
    this.#carries = carries;
  }

  /** Text. Blank text at the beginning of a block waits for more: a block of nothing else is refused when it comes back. */
  text(delta: string): string {
    const isNew = this.sink.open !== "text";
    this.#text += delta;
    if (!isNew) return this.sink.text(delta);
    if (this.#text.trim() === "") return "";
    return this.#start() + this.#flushState() + this.#closeThinking() + this.sink.text(this.#text);
  }

  /** The signature of the text before it. It is forgotten where there is none: such a part would be refused. */
  signText(signature: string): void {
    if (this.sink.open === "text") this.#textSignature = signature;
  }

  thinking(delta: string, signature: string | undefined): string {
    const closed = this.sink.open === "thinking" ? "" : this.#closeText();
    if (delta === "" && this.sink.open !== "thinking") return closed;
    const out = this.#start() + closed + this.sink.thinking(delta);
    if (signature !== undefined) this.#state.thought = signature;
    return out;
  }

  /** @param order of the call in the answer @param salt differs from answer to answer */
  call({ name, args, id: upstreamId, signature }: WholeCall, order: number, salt: string): string {
    const { inbound, target } = this.#context;
    const { names, schemas } = geminiTools(inbound);
    const id = this.#ids.make(upstreamId ?? "", `${salt}\n${order}`);
    const known = name === "" ? `tool_${order}` : clientToolName(name, names);
    const state: CallState = {
      ...(signature !== undefined && { signature }),
      ...(upstreamId !== undefined && { id: upstreamId }),
    };
    if (Object.keys(state).length > 0) {
      this.#memory.remember(id, state, target);
      this.#state.calls = { ...this.#state.calls, [id]: state };
    }
    const input = JSON.stringify(restoreValues(args, schemas.get(known)));
    return (
      this.#start() +
      this.#closeText() +
      this.#flushState() +
      this.#closeThinking() +
      this.sink.tool(id, known) +
      this.sink.toolInput(input === "{}" ? "" : input) +
      this.sink.close()
    );
  }

  /** A part that only Google understands, to be given back with the conversation. */
  keep(part: Part): string {
    this.#state.parts = [...(this.#state.parts ?? []), part];
    return this.#closeText();
  }

  /** Closes what is open. State that nothing follows is dropped: an answer should end with what it says. */
  end(usage: Usage): string {
    this.usage = usage;
    return this.#start() + this.#closeText() + this.#closeThinking();
  }

  /** A thinking block without words, where state has to be carried and no thinking is open that could. */
  #flushState(): string {
    if (!this.#carries || this.sink.open === "thinking" || Object.keys(this.#state).length === 0) return "";
    return this.sink.thinking("");
  }

  #closeThinking(): string {
    if (this.sink.open === "thinking") this.sink.sign(packState(this.#state, this.#context.target));
    this.#state = {};
    return this.sink.close();
  }

  #closeText(): string {
    const { inbound, target } = this.#context;
    const key = this.#textSignature === undefined ? undefined : textKey(sessionKey(inbound), this.#text);
    if (key !== undefined) this.#memory.remember(key, { signature: this.#textSignature ?? "" }, target);
    this.#text = "";
    this.#textSignature = undefined;
    return this.sink.open === "text" ? this.sink.close() : "";
  }

  /** message_start, once. The prompt's size is an estimate until the upstream has told it. */
  #start(): string {
    this.begun = true;
    const { input_tokens = this.#context.inbound.facts.estimatedTokens, cache_read_input_tokens: cached } =
      this.usage ?? {};
    return this.sink.start({
      input_tokens,
      output_tokens: 1,
      ...(cached !== undefined && { cache_read_input_tokens: cached }),
    });
  }
}
