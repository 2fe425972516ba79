import { type Context, Hono } from "hono";
import { GROUPINGS, type Grouping, sinceDay, type UsageReport, usageReport } from "../../../journal/usage-report.ts";
import type { AdminDeps } from "../deps.ts";
import { ApiFault } from "../errors.ts";
import type { UsageView } from "../views.ts";

const DEFAULT_SINCE = "7d";

/**
 * `GET /api/usage`: what was used and what it cost, `since` today, so many days (`7d`) or a day, `by` provider, model, route
 * or day; and how far each limit of the budget is used up.
 */
export function usageRoutes(deps: AdminDeps): Hono {
  return new Hono().get("/", async (c) => {
    // In this order: reading the rows counts what another server has spent.
    const report = await readReport(c, deps);
    const { warn_at, at_stop, model } = deps.config().settings.budget ?? {};
    return c.json({
      ...report,
      budgets: deps.usage.budgets(),
      ...(warn_at !== undefined && at_stop !== undefined && { warn_at, at_stop }),
      ...(at_stop === "cheaper" && model !== undefined && { at_stop_model: model }),
    } satisfies UsageView);
  });
}

/**
 * The sums that the query asks for by `since` and `by`.
 * @throws {ApiFault} 400
 */
export async function readReport(c: Context, deps: AdminDeps): Promise<UsageReport> {
  const since = sinceDay(c.req.query("since") ?? DEFAULT_SINCE, Date.now());
  if (since === undefined) throw bad("since", "today, 7d, 4w, or a day such as 2026-11-24");
  const by = c.req.query("by") ?? "provider";
  if (!isGrouping(by)) throw bad("by", `one of ${GROUPINGS.join(", ")}`);
  return usageReport(await deps.usage.rows(since), by, since);
}

function isGrouping(text: string): text is Grouping {
  return GROUPINGS.some((grouping) => grouping === text);
}

function bad(path: string, wanted: string): ApiFault {
  return new ApiFault(400, "bad_request", `${path}: ${wanted} is needed`, { path });
}
