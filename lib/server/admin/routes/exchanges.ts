import { Hono } from "hono";
import type { AdminDeps } from "../deps.ts";
import { ApiFault } from "../errors.ts";
import { exchangeView } from "../present/exchange.ts";

/**
 * `GET /api/exchanges/ID`: one of the last requests as it travelled, on the client's side and on each provider's. Credentials
 * in headers are masked; bodies are there only where they were kept (`logging.log_bodies`, or `x-ccm-keep: 1`).
 */
export function exchangeRoutes({ exchanges }: AdminDeps): Hono {
  return new Hono().get("/:id", (c) => {
    const id = c.req.param("id");
    const exchange = exchanges.find(id);
    if (!exchange) {
      const message = `What went over the line for ${id} is no longer kept: only the last requests since the start are.`;
      throw new ApiFault(404, "not_kept", message);
    }
    return c.json(exchangeView(exchange));
  });
}
