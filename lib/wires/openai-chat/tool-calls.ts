import { isEmptyObject, isWhole } from "../shared/args.ts";
import type { Call } from "../shared/block-order.ts";

/** What a fragment has done. */
interface Growth {
  call: Call;
  isNew: boolean;
  /** What it has put behind the call's arguments. */
  added: string;
}

/** A piece of `tool_calls` as vendors send it, in a delta or whole. */
export interface CallFragment {
  index?: number | null;
  id?: string | null;
  function?: { name?: string | null; arguments?: unknown } | null;
}

/**
 * Finds out which call a fragment belongs to. Vendors leave out, repeat, shift or reuse indexes and ids: the index
 * counts most, then the id, then what was said last.
 */
export class ToolCalls {
  readonly all: Call[] = [];

  /** @param place of the fragment in its array: two in one array are never the same call, unless they say so */
  add(fragment: CallFragment, place: number): Growth {
    const index = typeof fragment.index === "number" ? fragment.index : undefined;
    const id = typeof fragment.id === "string" ? fragment.id : "";
    const name = typeof fragment.function?.name === "string" ? fragment.function.name : "";
    const args = argumentsOf(fragment.function?.arguments);
    const known = this.#find(index, id, name, args, place);
    const call = known ?? this.#begin(index);
    if (call.id === "") call.id = id;
    growName(call, name);
    return { call, isNew: !known, added: growArguments(call, args) };
  }

  #begin(index: number | undefined): Call {
    const call: Call = { order: this.all.length, index, id: "", name: "", args: "" };
    this.all.push(call);
    return call;
  }

  /** The call that a fragment continues; undefined when it begins a new one. */
  #find(index: number | undefined, id: string, name: string, args: string, place: number): Call | undefined {
    const sameId = id === "" ? undefined : this.all.findLast((call) => call.id === id && sameIndex(call.index, index));
    const call = sameId ?? (index === undefined ? this.all.at(-1) : this.all.findLast((c) => c.index === index));
    if (!call) return undefined;
    // Nothing but arguments: by far the most fragments are of this kind.
    if (name === "" && (id === "" || sameId)) return call;
    const isOver = isWhole(call.args) || isEmptyObject(call.args);
    // The id is said again: other arguments behind whole ones are those of another call.
    if (sameId) return isWhole(call.args) && args !== "" && args.trim() !== call.args.trim() ? undefined : call;
    // Another id is another call, unless nothing else speaks for that: some vendors make up an id for each fragment.
    if (id !== "" && call.id !== "") return name !== "" || isOver ? undefined : call;
    if (name === "") return index === undefined && isOver ? undefined : call;
    // A name for a call that had none yet, or again; or the next call, of a vendor that sends no ids.
    if (call.name === "") return call;
    const isOther = call.args !== "" && !name.startsWith(call.name);
    const beginsAnew = args !== "" && (isWhole(call.args) || (index === undefined && isOver));
    const standsBeside = index === undefined && place > 0;
    return isOther || beginsAnew || standsBeside ? undefined : call;
  }
}

function sameIndex(a: number | undefined, b: number | undefined): boolean {
  return a === undefined || b === undefined || a === b;
}

/** A name may come whole, in pieces, growing, or again and again. */
function growName(call: Call, name: string): void {
  if (name === "" || name === call.name) return;
  if (name.startsWith(call.name)) call.name = name;
  else if (call.args === "") call.name += name;
}

/** @returns what was put behind the arguments */
function growArguments(call: Call, args: string): string {
  if (args === "") return "";
  const again = args.trimStart().startsWith("{") && call.args.trimEnd().endsWith("}");
  if (again && args.trim() === call.args.trim()) return "";
  if (again && isEmptyObject(call.args) && !call.shown) call.args = args;
  else call.args += args;
  return args;
}

function argumentsOf(value: unknown): string {
  if (typeof value === "string") return value;
  return typeof value === "object" && value !== null ? JSON.stringify(value) : "";
}
