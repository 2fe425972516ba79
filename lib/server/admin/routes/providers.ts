import { Hono } from "hono";
import * as v from "valibot";
import { knownModels } from "../../../catalog/index.ts";
import { readJson } from "../body.ts";
import type { AdminDeps } from "../deps.ts";
import { providerViews } from "../present/providers.ts";
import type { ProviderTestView } from "../views.ts";
import { knownProvider } from "./known-provider.ts";

const testSchema = v.strictObject({ model: v.optional(v.pipe(v.string(), v.minLength(1))) });

/**
 * `GET /api/providers`; `POST /api/providers/NAME/reset`, which ends a cooldown; `GET /api/providers/NAME/models`, the
 * model ids that the catalogue knows there; `POST /api/providers/NAME/test {model?}`, which asks the provider for real.
 */
export function providerRoutes(deps: AdminDeps): Hono {
  const view = () => providerViews(deps.status().providers, deps.config());
  return new Hono()
    .get("/", (c) => c.json({ items: view() }))
    .get("/:name/models", (c) => c.json({ items: knownModels(knownProvider(deps, c.req.param("name")).type) }))
    .post("/:name/test", async (c) => {
      const provider = knownProvider(deps, c.req.param("name"));
      const { model } = await readJson(c, testSchema, {});
      const tested: ProviderTestView = await deps.testProvider(provider, model);
      return c.json(tested);
    })
    .post("/:name/reset", (c) => {
      const { name } = knownProvider(deps, c.req.param("name"));
      deps.health.reset(name);
      return c.json(view().find((provider) => provider.name === name));
    });
}
