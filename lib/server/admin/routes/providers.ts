import { Hono } from "hono";
import { knownModels } from "../../../catalog/index.ts";
import type { AdminDeps } from "../deps.ts";
import { providerViews } from "../present/providers.ts";
import { knownProvider } from "./known-provider.ts";

/**
 * `GET /api/providers`; `POST /api/providers/NAME/reset`, which ends a cooldown; `GET /api/providers/NAME/models`, the
 * model ids that the catalogue knows there.
 */
export function providerRoutes(deps: AdminDeps): Hono {
  const view = () => providerViews(deps.status().providers, deps.config());
  return new Hono()
    .get("/", (c) => c.json({ items: view() }))
    .get("/:name/models", (c) => c.json({ items: knownModels(knownProvider(deps, c.req.param("name")).type) }))
    .post("/:name/reset", (c) => {
      const { name } = knownProvider(deps, c.req.param("name"));
      deps.health.reset(name);
      return c.json(view().find((provider) => provider.name === name));
    });
}
