import { type Context, Hono } from "hono";
import * as v from "valibot";
import { parseConfig } from "../../../config/load.ts";
import type { Provider } from "../../../config/settings.ts";
import { readJson } from "../body.ts";
import { appliedChanges, changesEntry } from "../changes.ts";
import type { AdminDeps } from "../deps.ts";
import { ApiFault } from "../errors.ts";
import { faultViews } from "../present/faults.ts";
import { providerViews } from "../present/providers.ts";
import type { OfferedModelsView, ProviderTestView } from "../views.ts";
import { knownProvider } from "./known-provider.ts";

const draftEntries = { changes: v.optional(changesEntry) };
const testSchema = v.strictObject({ model: v.optional(v.pipe(v.string(), v.minLength(1))), ...draftEntries });
const modelsSchema = v.strictObject(draftEntries);

/**
 * - `GET /api/providers`
 * - `POST /api/providers/NAME/reset` ends a cooldown
 * - `POST /api/providers/NAME/test {model?, changes?}` asks the provider for real
 * - `GET` and `POST /api/providers/NAME/models {changes?}`: the models that it says it serves, or that the catalogue knows
 *
 * `changes`, in the form of `PUT /api/config`, are what would be saved: the provider is taken as it would be then. Nothing of
 * them is saved, kept or logged.
 */
export function providerRoutes(deps: AdminDeps): Hono {
  const view = () => providerViews(deps.status().providers, deps.config());
  const models = async (c: Context, provider: Provider) =>
    c.json((await deps.offeredModels(provider)) satisfies OfferedModelsView);
  return new Hono()
    .get("/", (c) => c.json({ items: view() }))
    .get("/:name/models", (c) => models(c, knownProvider(deps, c.req.param("name"))))
    .post("/:name/models", async (c) => {
      const { changes } = await readJson(c, modelsSchema, {});
      return models(c, await providerAs(deps, c.req.param("name"), changes));
    })
    .post("/:name/test", async (c) => {
      const { model, changes } = await readJson(c, testSchema, {});
      const provider = await providerAs(deps, c.req.param("name"), changes);
      return c.json((await deps.testProvider(provider, model)) satisfies ProviderTestView);
    })
    .post("/:name/reset", (c) => {
      const { name } = knownProvider(deps, c.req.param("name"));
      deps.health.reset(name);
      return c.json(view().find((provider) => provider.name === name));
    });
}

/** @throws {ApiFault} 404; 422 when the changes could not be saved either */
async function providerAs(
  deps: AdminDeps,
  name: string,
  changes: v.InferOutput<typeof changesEntry> | undefined,
): Promise<Provider> {
  if (!changes) return knownProvider(deps, name);
  const { path, text } = deps.config();
  const parsed = await parseConfig(await appliedChanges(text, changes), { path, env: deps.env ?? process.env });
  const provider = parsed.settings?.providers.get(name);
  if (provider) return provider;
  const faults = faultViews(parsed.faults);
  const [first] = faults;
  const why = first ? `${first.path} ${first.message}` : `No provider would be called "${name}".`;
  throw new ApiFault(422, "config_faults", `It cannot be tried out like this: ${why}`, { faults });
}
