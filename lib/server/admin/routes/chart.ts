import { Hono } from "hono";
import type { AdminDeps } from "../deps.ts";
import { ApiFault } from "../errors.ts";
import { Chart, chartStart, SPANS, type Span } from "../present/chart.ts";
import type { ChartView } from "../views.ts";

const PAGE = 500;

/** `GET /api/chart?span=hour|day|week`: the requests that ended in that time, gathered into equal steps. */
export function chartRoutes({ journal }: AdminDeps): Hono {
  return new Hono().get("/", async (c) => {
    const span = c.req.query("span") ?? "hour";
    if (!isSpan(span)) {
      const known = Object.keys(SPANS).join(", ");
      throw new ApiFault(400, "bad_request", `span: one of ${known} is needed`, { path: "span" });
    }
    const now = Date.now();
    const chart = new Chart(span, now);
    const since = chartStart(span, now);
    let before: string | undefined;
    do {
      const page = await journal.list({ limit: PAGE, since, ...(before !== undefined && { before }) });
      for (const entry of page.items) chart.add(entry);
      before = page.next;
    } while (before !== undefined);
    return c.json({ bucket_ms: SPANS[span].bucket, items: chart.buckets() } satisfies ChartView);
  });
}

function isSpan(text: string): text is Span {
  return Object.hasOwn(SPANS, text);
}
