import type { Context } from "hono";
import * as v from "valibot";
import type { JournalFilter } from "../../../journal/filter.ts";
import { ApiFault } from "../errors.ts";

const OUTCOMES = ["running", "ok", "failed", "cut", "cancelled", "declined"] as const;

const filterSchema = v.object({
  provider: v.optional(v.string()),
  model: v.optional(v.string()),
  session: v.optional(v.string()),
  route: v.optional(v.string()),
  class: v.optional(v.string()),
  outcome: v.optional(v.picklist(OUTCOMES)),
  since: v.optional(v.pipe(v.string(), v.transform(Number), v.number())),
  text: v.optional(v.string()),
});

/**
 * Which requests the query asks for; what else stands in it is somebody else's.
 * @throws {ApiFault} 400
 */
export function readFilter(c: Context): JournalFilter {
  const read = v.safeParse(filterSchema, c.req.query());
  if (read.success) return Object.fromEntries(Object.entries(read.output).filter(([, value]) => value !== undefined));
  const path = String(read.issues[0].path?.[0].key);
  const wanted = path === "outcome" ? `one of ${OUTCOMES.join(", ")}` : "a time in epoch milliseconds";
  throw new ApiFault(400, "bad_request", `${path}: ${wanted} is needed`, { path });
}
