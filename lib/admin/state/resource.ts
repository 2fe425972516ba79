import { type ReadonlySignal, signal } from "@preact/signals";

/** Something read from the API: what was read last, and why the last reading failed, if it did. */
export interface Resource<T> {
  data: ReadonlySignal<T | undefined>;
  problem: ReadonlySignal<string | undefined>;
  /** Reads it again. What was read before stays in view meanwhile. */
  load(): Promise<void>;
  /** Takes a newer value that came another way. */
  take(value: T): void;
}

/** @param read fetches the value; its error's message is shown to the user */
export function resource<T>(read: () => Promise<T>): Resource<T> {
  const data = signal<T | undefined>(undefined);
  const problem = signal<string | undefined>(undefined);
  let latest = 0;
  return {
    data,
    problem,
    take(value) {
      latest++;
      data.value = value;
      problem.value = undefined;
    },
    async load() {
      const turn = ++latest;
      try {
        const value = await read();
        if (turn !== latest) return; // a newer reading is under way
        data.value = value;
        problem.value = undefined;
      } catch (error) {
        if (turn === latest) problem.value = error instanceof Error ? error.message : String(error);
      }
    },
  };
}
