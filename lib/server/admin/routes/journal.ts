import { Hono } from "hono";
import type { AdminDeps } from "../deps.ts";
import { ApiFault } from "../errors.ts";
import { readFilter } from "./journal-filter.ts";

const DEFAULT_LIMIT = 50;
const LARGEST_LIMIT = 500;
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

function readLimit(text: string | undefined): number {
  if (text === undefined) return DEFAULT_LIMIT;
  const limit = Number(text);
  if (!Number.isInteger(limit) || limit < 1) {
    throw new ApiFault(400, "bad_request", "limit: a whole number of at least 1 is needed", { path: "limit" });
  }
  return Math.min(limit, LARGEST_LIMIT);
}
