/** @module What many answers have in common. */
import type { ConfigFault } from "./config.ts";

export interface Page<T> {
  items: T[];
  /** Give it as `before` to get what is older; absent on the last page. */
  next?: string;
}

/** Every error of `/api`. */
export interface ApiError {
  error: { code: string; message: string; path?: string };
  /** Of a configuration that was not saved. */
  faults?: readonly ConfigFault[];
}
