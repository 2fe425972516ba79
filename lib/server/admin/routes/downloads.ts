import { type Context, Hono } from "hono";
import { dayOf } from "../../../journal/calendar.ts";
import { CSV_BREAK, REQUEST_COLUMNS, requestRow, usageCsv } from "../../../journal/csv.ts";
import type { JournalFilter } from "../../../journal/filter.ts";
import type { AdminDeps } from "../deps.ts";
import { readFilter } from "./journal-filter.ts";
import { readReport } from "./usage.ts";

/** Without it, Excel takes UTF-8 for the machine's old code page. */
const BYTE_ORDER_MARK = "\ufeff";
/** Requests that are in memory at once. */
const PAGE_SIZE = 500;

/**
 * Files for spreadsheets: `GET /api/downloads/requests.csv`, all that fit the filter of `GET /api/journal`, the newest first;
 * `GET /api/downloads/usage.csv`, the sums of `GET /api/usage`.
 */
export function downloadRoutes(deps: AdminDeps): Hono {
  return new Hono()
    .get("/requests.csv", (c) => download(c, "requests", requestLines(deps, readFilter(c))))
    .get("/usage.csv", async (c) => {
      const report = await readReport(c, deps);
      return download(c, `usage-by-${report.by}`, BYTE_ORDER_MARK + usageCsv(report) + CSV_BREAK);
    });
}

async function* requestLines({ journal }: AdminDeps, filter: JournalFilter): AsyncGenerator<string, undefined> {
  yield BYTE_ORDER_MARK + REQUEST_COLUMNS.join(",") + CSV_BREAK;
  for (let before: string | undefined; ; ) {
    const { items, next } = await journal.list({
      ...filter,
      limit: PAGE_SIZE,
      ...(before !== undefined && { before }),
    });
    yield items.map((entry) => requestRow(entry) + CSV_BREAK).join("");
    if (next === undefined) return undefined;
    before = next;
  }
}

function download(c: Context, what: string, text: string | AsyncGenerator<string>): Response {
  return c.body(typeof text === "string" ? text : streamed(text), 200, {
    "content-type": "text/csv; charset=utf-8",
    "content-disposition": `attachment; filename="ccm-${what}-${dayOf(Date.now())}.csv"`,
  });
}

/** Reads on as fast as the browser takes it. A failure breaks the download off, so that half a file never looks whole. */
function streamed(texts: AsyncGenerator<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    async pull(controller) {
      const { value, done } = await texts.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    async cancel() {
      await texts.return(undefined);
    },
  });
}
