/** A timer that comes so much too late tells that the process was stopped: not that anybody was silent. */
const OVERSLEPT_MS = 1_000;
/** So long is left then to what came in the meantime, and waits to be read. */
const CATCH_UP_MS = 5_000;

/**
 * Calls `late` after `ms`, but not at once when the process, or the whole machine, was stopped meanwhile: Node runs timers
 * before it reads what lies in the sockets, and an answer that is thrown away may be the only one that the vendor gives.
 * @returns what calls it off
 */
export function deadline(ms: number, late: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  const set = (wait: number): void => {
    const due = performance.now() + wait;
    timer = setTimeout(() => (performance.now() - due > OVERSLEPT_MS ? set(CATCH_UP_MS) : late()), wait);
  };
  set(ms);
  return () => clearTimeout(timer);
}
