const LOOK_MS = 5_000;
/**
 * So many looks in a row nobody must have asked for anything: half a minute. A full collection costs more than its pause: what V8 has
 * compiled for speed it throws away with the last object of each shape, and the next hundreds of requests take half as long again.
 * The pauses within a working session shall not cost that; memory is given back when it is over.
 */
const QUIET_LOOKS = 6;
/** Less than this is not worth a pause. */
const WORTHWHILE_BYTES = 4 * 1024 * 1024;
/** The second pass gives back the pages that the first has emptied in part. */
const PASSES = 2;

/** What the process holds, and how to make it smaller. */
export interface Heap {
  size(): number;
  collect(): void;
}

/** What has been asked for, and what is under way. */
export interface Activity {
  served: number;
  underWay: number;
}

/** V8 as it can be asked with `--expose-gc`; undefined without. */
export function v8Heap(): Heap | undefined {
  const { gc } = globalThis;
  return gc && { size: heapSize, collect: () => gc() };
}

function heapSize(): number {
  const { heapTotal, external } = process.memoryUsage();
  return heapTotal + external;
}

/**
 * Gives memory back after the start and after work. V8 collects when it needs room, never because it has time, so that a burst would stay in
 * memory until the next one; here it is told to when nobody waits for an answer.
 */
export class Rest {
  readonly #heap: Heap;
  readonly #activity: () => Activity;
  #seen = 0;
  /** Nothing: the start leaves garbage behind as well, two megabytes of it. */
  #settled = 0;
  #passes = PASSES;
  /** Looks that it still has to be quiet. After the start there is no speed to lose yet. */
  #patience = 1;

  constructor(heap: Heap, activity: () => Activity) {
    this.#heap = heap;
    this.#activity = activity;
  }

  /** Looks every few seconds for as long as the process lives. */
  watch(): void {
    setInterval(() => this.look(), LOOK_MS).unref();
  }

  /** Collects when nothing has happened for some looks and enough has piled up before. */
  look(): void {
    const { served, underWay } = this.#activity();
    if (served !== this.#seen || underWay > 0) {
      this.#seen = served;
      this.#patience = QUIET_LOOKS;
      this.#passes = this.#heap.size() - this.#settled >= WORTHWHILE_BYTES ? PASSES : 0;
    } else if (this.#patience > 1) {
      this.#patience--;
    } else if (this.#passes > 0) {
      this.#passes--;
      this.#heap.collect();
      this.#settled = this.#heap.size();
    }
  }
}
