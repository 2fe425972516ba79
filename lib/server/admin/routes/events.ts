import { Hono } from "hono";
import { streamSSE } from "hono/streaming";
import type { AdminDeps } from "../deps.ts";
import { News } from "../live.ts";

/** So that proxies and the page know that the stream lives. */
const HEARTBEAT_MS = 10_000;
/** Under load the page gets several requests in one go rather than a redraw for each. */
const GATHER_MS = 50;

/** `GET /api/events`: what happens, as it happens, until the server leaves or another `server.admin_token` is to be shown. */
export function eventRoutes(deps: AdminDeps): Hono {
  const token = () => deps.config().settings.server.admin_token;
  return new Hono().get("/", (c) =>
    streamSSE(c, async (stream) => {
      const over = new AbortController();
      const end = () => over.abort();
      const news = new News(deps);
      stream.onAbort(end);
      deps.closing.addEventListener("abort", end);
      const shown = token();
      const forget = deps.onConfigChange(() => shown !== token() && end());
      if (deps.closing.aborted) end();
      try {
        while (!over.signal.aborted) {
          const events = news.take();
          for (const { event, data } of events) await stream.writeSSE({ event, data: JSON.stringify(data) });
          if (events.length > 0) await stream.sleep(GATHER_MS);
          else await stream.write(": still here\n\n");
          await news.wait(HEARTBEAT_MS, over.signal);
        }
      } finally {
        deps.closing.removeEventListener("abort", end);
        forget();
        news.close();
      }
    }),
  );
}
