import type { PartialArg } from "./protocol.ts";

type Container = Record<string, unknown> | unknown[];
type Step = string | number;

/** `.name`, `[0]`, `['name']` or `["name"]` (RFC 9535, normalised paths and the shorthand). */
const STEP = /\.([^.[\]]+)|\[(\d+)\]|\['((?:\\.|[^'\\])*)'\]|\["((?:\\.|[^"\\])*)"\]/y;

/**
 * The arguments of a call that come in pieces, each with the path of the value to which it belongs.
 * @see https://cloud.google.com/vertex-ai/generative-ai/docs/multimodal/function-calling
 */
export class PartialArgs {
  /** Without a prototype, so that no name in the arguments can mean one. */
  readonly #root: Record<string, unknown> = Object.create(null);

  constructor(begun: Record<string, unknown> | undefined) {
    Object.assign(this.#root, begun);
  }

  get value(): Record<string, unknown> {
    return this.#root;
  }

  /** @returns false when the piece fits nowhere, so that the arguments cannot be known */
  add(piece: PartialArg): boolean {
    const path = String(piece.jsonPath ?? "$");
    // Ends an array, or is all there is of an empty one.
    const isArray = path.endsWith("[]");
    const steps = stepsOf(isArray ? path.slice(0, -2) : path);
    if (!steps) return false;
    const last = steps.pop();
    if (last === undefined) return true;
    const parent = this.#containerOf(steps, last);
    return parent !== undefined && put(parent, last, piece, isArray);
  }

  /** The object or array that a path leads into, made where it does not exist yet. */
  #containerOf(steps: readonly Step[], last: Step): Container | undefined {
    let container: Container = this.#root;
    for (const [i, step] of steps.entries()) {
      const next = steps[i + 1] ?? last;
      if (read(container, step) === undefined && !write(container, step, typeof next === "number" ? [] : fresh()))
        return undefined;
      const inner = read(container, step);
      if (typeof inner !== "object" || inner === null) return undefined;
      container = inner as Container;
    }
    return container;
  }
}

function put(parent: Container, step: Step, piece: PartialArg, isArray: boolean): boolean {
  const known = read(parent, step);
  const value = pieceValue(piece);
  if (value === undefined) {
    // Without a value a piece ends what is there; where nothing is, it stands for something empty.
    if (known !== undefined || piece.willContinue === true) return true;
    return write(parent, step, isArray ? [] : fresh());
  }
  return write(parent, step, typeof known === "string" && typeof value === "string" ? known + value : value);
}

function pieceValue(piece: PartialArg): unknown {
  const value = piece.stringValue ?? piece.numberValue ?? piece.boolValue;
  return value ?? ("nullValue" in piece ? null : undefined);
}

function read(container: Container, step: Step): unknown {
  if (!Array.isArray(container)) return container[step];
  const place = placeOf(step);
  return place === undefined ? undefined : container[place];
}

/** Arrays grow by one at a time: a place far beyond the end would be a hole in the arguments. */
function write(container: Container, step: Step, value: unknown): boolean {
  if (!Array.isArray(container)) {
    container[step] = value;
    return true;
  }
  const place = placeOf(step);
  if (place === undefined || place > container.length) return false;
  container[place] = value;
  return true;
}

/** The place in an array; some paths write `.0` for `[0]`. */
function placeOf(step: Step): number | undefined {
  if (typeof step === "number") return step;
  return /^\d+$/.test(step) ? Number(step) : undefined;
}

function stepsOf(path: string): Step[] | undefined {
  if (!path.startsWith("$")) return undefined;
  const steps: Step[] = [];
  for (STEP.lastIndex = 1; STEP.lastIndex < path.length; ) {
    const found = STEP.exec(path);
    if (!found) return undefined;
    const [, name, index, single, double] = found;
    if (index !== undefined) steps.push(Number(index));
    else steps.push(name ?? (single ?? double ?? "").replace(/\\(.)/g, "$1"));
  }
  return steps;
}

function fresh(): Record<string, unknown> {
  return Object.create(null);
}
