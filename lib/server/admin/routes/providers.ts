import { Hono } from "hono";
import type { AdminDeps } from "../deps.ts";
import { providerViews } from "../present/providers.ts";
import { knownProvider } from "./known-provider.ts";

/** `GET /api/providers` and `POST /api/providers/NAME/reset`, which ends a cooldown. */
export function providerRoutes(deps: AdminDeps): Hono {
  const view = () => providerViews(deps.status().providers, deps.config());
  return new Hono()
    .get("/", (c) => c.json({ items: view() }))
    .post("/:name/reset", (c) => {
      const { name } = knownProvider(deps, c.req.param("name"));
      deps.health.reset(name);
      return c.json(view().find((provider) => provider.name === name));
    });
}
