import { useEffect } from "preact/hooks";
import { status } from "./store.ts";

/** However many requests come, sums and charts are read anew so often at most. */
const REFRESH_MS = 5_000;

/** Loads when the component appears and when `keys` change, and again some time after each request that has ended. */
export function useRefreshed(load: () => Promise<unknown>, ...keys: unknown[]): void {
  const finished = status.value?.totals.requests;
  useEffect(() => void load(), keys);
  useEffect(() => {
    const timer = setTimeout(() => void load(), REFRESH_MS);
    return () => clearTimeout(timer);
  }, [finished]);
}
