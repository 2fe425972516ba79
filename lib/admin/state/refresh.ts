import { useEffect, useRef } from "preact/hooks";
import { status } from "./store.ts";

/** However many requests come, sums and charts are read anew so often at most. */
const REFRESH_MS = 5_000;

/** Loads when the component appears and when `keys` change, and while requests end, again and again. */
export function useRefreshed(load: () => Promise<unknown>, ...keys: unknown[]): void {
  const finished = status.value?.totals.ended;
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => void load(), keys);
  useEffect(() => {
    // One that is waited for already will see this request too; steady traffic must not put it off for ever.
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      void load();
    }, REFRESH_MS);
  }, [finished]);
  useEffect(() => () => clearTimeout(timer.current), []);
}
