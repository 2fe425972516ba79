import type { Usage } from "../../anthropic/types.ts";
import type { Failure } from "../../catalog/failure-reasons.ts";
import type { AnswerSink } from "./answer-sink.ts";

/**
 * Makes one Anthropic answer of what a protocol's events, or one whole answer, say. Streams and whole answers go through
 * the same assembler, and so both say the same.
 */
export interface Assembler {
  failure: Failure | undefined;
  readonly usage: Usage;
  readonly stopReason: string | null;
  readonly servedModel: string | undefined;
  /** The answer is told to its end. */
  readonly finished: boolean;
  /** The upstream has said why it ended; what may still come, such as usage, could be done without. */
  readonly isWhole?: boolean;
  readonly notes: string[];
  /**
   * Takes one event, or a whole answer.
   * @param name of the event, where it has one
   * @returns what the client is to get now
   */
  add(value: unknown, name: string): string;
  /**
   * The upstream has nothing more to say.
   * @param isClosed it said so itself (`[DONE]`, or the answer came as one document)
   */
  end(isClosed: boolean): string;
  /** Text that was held back because it might have become something else, at a moment when nothing more comes. */
  heldText(): string;
  /** Could this line, which cannot be read, have been a piece of a tool's arguments? */
  mayBeCall(line: string): boolean;
}

/** @param sink makes the sink of the answer, once it is known which model gives it */
export type MakeAssembler = (sink: (model: string) => AnswerSink) => Assembler;
