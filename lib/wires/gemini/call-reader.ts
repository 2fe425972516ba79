import { PartialArgs } from "./partial-args.ts";
import type { FunctionCall, Part } from "./protocol.ts";

/** A function call as the model made it. */
export interface WholeCall {
  /** Empty where the model told none. */
  name: string;
  args: Record<string, unknown>;
  /** The upstream's own id. */
  id: string | undefined;
  signature: string | undefined;
}

/** Reads function calls, which mostly come whole, but on Vertex AI may come in pieces. */
export class CallReader {
  #open: (Omit<WholeCall, "args"> & { args: PartialArgs }) | undefined;

  /** Is there half a call? */
  get isOpen(): boolean {
    return this.#open !== undefined;
  }

  /** @returns the calls that the part makes whole; undefined when its arguments cannot be known */
  read({ functionCall = {}, thoughtSignature }: Part): WholeCall[] | undefined {
    if (functionCall.name || (functionCall.args && !this.#open)) {
      const ended = this.end();
      this.#open = begin(functionCall, thoughtSignature);
      const rest = this.#grow(functionCall);
      return rest && [...ended, ...rest];
    }
    // Without anything open it is the end of a call that was taken for whole already.
    return this.#open ? this.#grow(functionCall) : [];
  }

  /** Something else follows, or nothing: what is open is whole. */
  end(): WholeCall[] {
    const open = this.#open;
    this.#open = undefined;
    return open ? [{ ...open, args: open.args.value }] : [];
  }

  #grow({ partialArgs, willContinue }: FunctionCall): WholeCall[] | undefined {
    for (const piece of Array.isArray(partialArgs) ? partialArgs : [])
      if (!this.#open?.args.add(piece)) return undefined;
    return willContinue === true ? [] : this.end();
  }
}

function begin({ name = "", id, args }: FunctionCall, signature: string | undefined) {
  return { name, id: id || undefined, signature, args: new PartialArgs(args) };
}
