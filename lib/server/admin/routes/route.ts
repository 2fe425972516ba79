import { Hono } from "hono";
import { explain } from "../../../routing/explain.ts";
import { readBytes } from "../body.ts";
import type { AdminDeps } from "../deps.ts";
import type { RouteView } from "../views.ts";

/**
 * `POST /api/route`: the body is a Messages request, and its headers (request class, named provider) count as they would
 * at `/v1/messages`. Answers where it would go and why; sends nothing.
 */
export function routeRoutes(deps: AdminDeps): Hono {
  return new Hono().post("/", async (c) => {
    const view: RouteView = explain(deps.route(await readBytes(c), c.req.header()));
    return c.json(view);
  });
}
