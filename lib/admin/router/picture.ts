/** The router as a drawing: steps, the models that they lead to, and who serves those. Pure. */
import type { ConfigTree } from "../../config/schema.ts";
import type { ModelView } from "../../server/admin/views.ts";
import { routeSteps } from "../words/rules.ts";

type Router = ConfigTree["router"];

export interface PictureStep {
  rule: string;
  title: string;
  /** Place of its model among `models`; absent where the request itself names it. */
  leadsTo?: number;
}

export interface Picture {
  /** Those that can fire, in the order in which they are tried. */
  steps: PictureStep[];
  models: { name: string; providers: string[] }[];
}

/** What would fire never is left out. */
export function pictureOf(router: Router, models: readonly ModelView[]): Picture {
  const names: string[] = [];
  const placeOf = (name: string): number => {
    if (!names.includes(name)) names.push(name);
    return names.indexOf(name);
  };
  const steps = routeSteps(router).flatMap(({ rule, title, route }): PictureStep[] => {
    if (!router.enabled && rule !== "explicit" && rule !== "model") return [];
    if (route === undefined) {
      if (rule !== "auto_map") return [{ rule, title }];
      const goal = router.default.model;
      return router.auto_map === "" || goal === "" ? [] : [{ rule, title, leadsTo: placeOf(goal) }];
    }
    const { model, enabled } = router[route];
    return model === "" || !enabled ? [] : [{ rule, title, leadsTo: placeOf(model) }];
  });
  return {
    steps,
    models: names.map((name) => ({
      name,
      providers: (models.find((model) => model.name === name)?.mappings ?? []).map(({ provider }) => provider),
    })),
  };
}

/** The drawing in a few sentences, for those who cannot see it. */
export function pictureWords({ steps, models }: Picture): string {
  return steps
    .map(({ title, leadsTo }, at) => {
      const model = leadsTo === undefined ? undefined : models[leadsTo];
      return `${at + 1}. ${title}: ${model ? `${model.name}, served by ${model.providers.join(", then ") || "nobody"}` : "the model that the request names"}.`;
    })
    .join(" ");
}
