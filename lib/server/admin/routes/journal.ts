import { type Context, Hono } from "hono";
import * as v from "valibot";
import type { JournalFilter } from "../../../journal/filter.ts";
import type { AdminDeps } from "../deps.ts";
import { ApiFault } from "../errors.ts";

const DEFAULT_LIMIT = 50;
const LARGEST_LIMIT = 500;
const OUTCOMES = ["running", "ok", "failed", "cut", "cancelled", "declined"] as const;

/** What may stand in the query beside `limit` and `before`. */
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
 * `GET /api/journal`: newest first; `limit`, `before`, and a filter: `provider`, `model`, `session`, `route`, `class`,
 * `outcome`, `since` (epoch ms) and `text`, all of which must hold. `GET /api/journal/ID`: one request.
 */
export function journalRoutes(deps: AdminDeps): Hono {
  return new Hono()
    .get("/", async (c) => {
      const before = c.req.query("before");
      const limit = readLimit(c.req.query("limit"));
      return c.json(await deps.journal.list({ limit, ...readFilter(c), ...(before !== undefined && { before }) }));
    })
    .get("/:id", async (c) => {
      const id = c.req.param("id");
      const entry = await deps.journal.get(id);
      if (!entry) throw new ApiFault(404, "not_found", `No request ${id} is in the journal; it may be too old.`);
      return c.json(entry);
    });
}

function readFilter(c: Context): JournalFilter {
  const read = v.safeParse(filterSchema, c.req.query());
  if (read.success) return Object.fromEntries(Object.entries(read.output).filter(([, value]) => value !== undefined));
  const path = String(read.issues[0].path?.[0].key);
  const wanted = path === "outcome" ? `one of ${OUTCOMES.join(", ")}` : "a time in epoch milliseconds";
  throw new ApiFault(400, "bad_request", `${path}: ${wanted} is needed`, { path });
}

function readLimit(text: string | undefined): number {
  if (text === undefined) return DEFAULT_LIMIT;
  const limit = Number(text);
  if (!Number.isInteger(limit) || limit < 1) {
    throw new ApiFault(400, "bad_request", "limit: a whole number of at least 1 is needed", { path: "limit" });
  }
  return Math.min(limit, LARGEST_LIMIT);
}
