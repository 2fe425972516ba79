import type { Mapping, Model, Settings } from "../../config/settings.ts";
import { usableConfig } from "../configuration.ts";
import { EXIT, type Painter, table } from "../terminal.ts";
import type { VerbContext } from "../verb.ts";

export async function run(context: VerbContext): Promise<number> {
  const { terminal, values } = context;
  const { settings } = await usableConfig(context);
  const models = [...settings.models.values()];
  if (values.json === true) {
    terminal.out(JSON.stringify({ items: models.map((model) => asJson(model, settings)) }, null, 2));
    return EXIT.ok;
  }
  if (models.length === 0) terminal.out(`No model is defined. Set some up: ${terminal.paint.cyan("ccm-quickstart")}`);
  for (const [at, model] of models.entries()) {
    if (at > 0) terminal.out();
    for (const line of modelLines(model, settings, terminal.paint)) terminal.out(line);
  }
  return EXIT.ok;
}

function asJson(model: Model, settings: Settings) {
  return {
    name: model.name,
    strategy: model.strategy,
    affinity: model.affinity,
    routes: routesTo(model, settings),
    mappings: inOrder(model).map(({ provider, model: id, standIn, priority, weight }) => ({
      provider: provider.name,
      model: id,
      stand_in: standIn,
      priority,
      weight,
      enabled: provider.enabled,
    })),
  };
}

function modelLines(model: Model, settings: Settings, paint: Painter): string[] {
  const routes = routesTo(model, settings);
  const also = [model.strategy, ...(routes.length > 0 ? [`takes ${routes.join(", ")}`] : [])].join("; ");
  const rows = inOrder(model).map(({ provider, model: id, standIn, priority }) => [
    paint.dim(String(priority)),
    provider.name,
    `${id}${standIn ? paint.yellow("  chosen by the catalogue") : ""}${provider.enabled ? "" : paint.dim("  switched off")}`,
  ]);
  return [`${paint.bold(model.name)}  ${paint.dim(also)}`, ...table(rows)];
}

function inOrder(model: Model): Mapping[] {
  return [...model.mappings].sort((a, b) => a.priority - b.priority);
}

/** The routes that lead to a model, by name. */
function routesTo(model: Model, { router }: Settings): string[] {
  return Object.entries(router).flatMap(([name, route]) =>
    typeof route === "object" && route.enabled && route.model === model.name ? [name] : [],
  );
}
