import type { Fault } from "../../../config/faults.ts";
import type { ConfigFault } from "../views.ts";

/** Faults as the API tells them: the file is named beside, so `path` is the key. */
export function faultViews(faults: readonly Fault[]): ConfigFault[] {
  return faults.map(({ key, line, message }) => ({ path: key, ...(line !== undefined && { line }), message }));
}
