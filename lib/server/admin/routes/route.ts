import { Hono } from "hono";
import type { AdminDeps } from "../deps.ts";
import { routeView } from "../present/route.ts";

/**
 * `POST /api/route`: the body is a Messages request, and its headers (request class, named provider) count as they would
 * at `/v1/messages`. Answers where it would go and why; sends nothing.
 */
export function routeRoutes(deps: AdminDeps): Hono {
  return new Hono().post("/", async (c) => {
    const body = Buffer.from(await c.req.arrayBuffer());
    return c.json(routeView(deps.route(body, c.req.header())));
  });
}
