import { useEffect, useRef } from "preact/hooks";
import { now } from "./clock.ts";
import { status } from "./store.ts";

/** However many requests come, sums and charts are read anew so often at most. */
const REFRESH_MS = 5_000;
/** So often they are read though nothing happens: an hour passes, and today becomes yesterday. */
const IDLE_MS = 600_000;

/** Loads when the component appears and when `keys` change, while requests end, and, where none does, now and then. */
export function useRefreshed(load: () => Promise<unknown>, ...keys: unknown[]): void {
  const finished = status.value?.totals.ended;
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => void load(), [...keys, Math.floor(now.value / IDLE_MS)]);
  useEffect(() => {
    // One that is waited for already will see this request too; steady traffic must not put it off for ever.
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      void load();
    }, REFRESH_MS);
  }, [finished]);
  useEffect(() => () => clearTimeout(timer.current), []);
}
