import { RULES } from "../catalog/route-names.ts";
import { didYouMean, type Finding } from "./faults.ts";
import { isMadeUp } from "./fit-schema.ts";
import type { ConfigTree } from "./schema.ts";

/** What the schema cannot see of a budget: names that nobody has. */
export function checkBudget({ budget, providers, models }: ConfigTree): Finding[] {
  if (!budget) return [];
  const names = providers.map(({ name }) => name).filter((name) => !isMadeUp(name));
  return [
    ...unknown(Object.keys(budget.providers), names, "provider", ["budget", "providers"]),
    ...unknown(Object.keys(budget.routes), RULES, "route", ["budget", "routes"]),
    ...checkCheaper(
      budget,
      models.map(({ name }) => name),
    ),
  ];
}

function checkCheaper({ at_stop, model }: NonNullable<ConfigTree["budget"]>, names: readonly string[]): Finding[] {
  if (at_stop !== "cheaper") return [];
  if (model === "")
    return [{ at: ["budget", "at_stop"], message: 'say who serves then: model = "…", one of your [[models]].' }];
  if (names.includes(model)) return [];
  const hint = didYouMean(model, names);
  return [{ at: ["budget", "model"], message: `there is no [[models]] entry "${model}".${hint}` }];
}

function unknown(given: readonly string[], known: readonly string[], what: string, at: string[]): Finding[] {
  return given
    .filter((name) => !known.includes(name))
    .map((name) => ({ at: [...at, name], message: `there is no ${what} "${name}".${didYouMean(name, known)}` }));
}

/** An address for OTLP is one of http or https, without a login in it: that belongs into `headers`. */
export function checkTelemetry({ telemetry }: ConfigTree): Finding[] {
  const endpoint = telemetry?.endpoint ?? "";
  if (endpoint === "") return [];
  const at = ["telemetry", "endpoint"];
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (!url || !/^https?:$/.test(url.protocol))
    return [{ at, message: `is no address; write one such as "http://127.0.0.1:4318".` }];
  if (url.username || url.password)
    return [{ at, message: 'holds a login; send it as a header instead: headers = { authorization = "…" }.' }];
  return [];
}
