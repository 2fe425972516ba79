/** What has to change in the file so that what belongs together stays together. Pure. */
import { ROUTE_NAMES, type RouteName } from "../../catalog/route-names.ts";
import type { ConfigTree } from "../../config/schema.ts";

export type Change =
  | { path: readonly (string | number)[]; value: unknown }
  | { path: readonly (string | number)[]; delete: true };

type Trees = Pick<ConfigTree, "providers" | "models" | "router">;

/** Mappings follow the provider's new name, and so does its login, which is kept under the old one. */
export function renameProvider({ providers, models }: Trees, from: string, to: string): Change[] {
  const provider = providers.find(({ name }) => name === from);
  const keepsLogin = provider?.auth_type === "oauth" && provider.login === "";
  return [
    { path: ["providers", from, "name"], value: to },
    ...(keepsLogin ? [{ path: ["providers", to, "login"], value: from }] : []),
    ...places(models, from).map(({ model, at }) => ({ path: ["models", model, "providers", at, "name"], value: to })),
  ];
}

/** The provider goes out of every chain as well. */
export function deleteProvider({ models }: Trees, name: string): Change[] {
  const fromTheEnd = places(models, name).reverse();
  return [
    ...fromTheEnd.map(({ model, at }) => ({ path: ["models", model, "providers", at], delete: true }) as const),
    { path: ["providers", name], delete: true },
  ];
}

/** What a provider's end would do to the models, one by one. `last`: nobody would be left to serve it. */
export function dependants({ models }: Trees, provider: string): { model: string; last: boolean }[] {
  return models
    .filter((model) => model.providers.some(({ name }) => name === provider))
    .map((model) => ({ model: model.name, last: model.providers.every(({ name }) => name === provider) }));
}

/** Routes follow the model's new name. */
export function renameModel(trees: Trees, from: string, to: string): Change[] {
  return [
    { path: ["models", from, "name"], value: to },
    ...routesTo(trees, from).map((route) => ({ path: ["router", route, "model"], value: to })),
  ];
}

/** Routes that lead to the model are unset. */
export function deleteModel(trees: Trees, name: string): Change[] {
  return [
    ...routesTo(trees, name).map((route) => ({ path: ["router", route, "model"], delete: true }) as const),
    { path: ["models", name], delete: true },
  ];
}

export function routesTo({ router }: Trees, model: string): RouteName[] {
  return ROUTE_NAMES.filter((route) => router[route].model === model);
}

/** One entry of something that is tried by priority. `place`: where it stands in the file. */
export interface Ranked {
  place: number;
  priority: number;
}

/** In the order in which they are tried; equals stay as they stand in the file. */
export function inOrder<T extends Ranked>(entries: readonly T[]): T[] {
  return [...entries].sort((a, b) => a.priority - b.priority || a.place - b.place);
}

/**
 * Moves one entry to another place of the order by numbering the priorities anew; only those that differ are written.
 * @param from and `to` are positions in the order of `inOrder`
 */
export function move(
  list: readonly (string | number)[],
  entries: readonly Ranked[],
  from: number,
  to: number,
): Change[] {
  const order = inOrder(entries);
  const [moved] = order.splice(from, 1);
  if (!moved || to < 0 || to > order.length) return [];
  order.splice(to, 0, moved);
  return order.flatMap(({ place, priority }, at) =>
    priority === at + 1 ? [] : [{ path: [...list, place, "priority"], value: at + 1 }],
  );
}

/**
 * Headers from lines of `name: value`. What stays as it is is not touched, since it may be shown masked.
 * @param path of the table of headers
 */
export function headerChanges(
  path: readonly (string | number)[],
  before: Readonly<Record<string, string>>,
  lines: readonly string[],
): Change[] {
  const after = new Map(
    lines.map((line) => {
      const [name = "", ...rest] = line.split(":");
      return [name.trim(), rest.join(":").trim()];
    }),
  );
  const gone = Object.keys(before).filter((name) => !after.has(name));
  const changed = [...after].filter(([name, value]) => name !== "" && before[name] !== value);
  return [
    ...gone.map((name): Change => ({ path: [...path, name], delete: true })),
    ...changed.map(([name, value]): Change => ({ path: [...path, name], value })),
  ];
}

/** A name that is not taken yet: `openai`, `openai-2`, … Case does not make a difference. */
export function freeName(wanted: string, taken: readonly string[]): string {
  const used = new Set(taken.map((name) => name.toLowerCase()));
  let name = wanted;
  for (let number = 2; used.has(name.toLowerCase()); number++) name = `${wanted}-${number}`;
  return name;
}

function places(models: Trees["models"], provider: string): { model: string; at: number }[] {
  return models.flatMap((model) =>
    model.providers.flatMap(({ name }, at) => (name === provider ? [{ model: model.name, at }] : [])),
  );
}
