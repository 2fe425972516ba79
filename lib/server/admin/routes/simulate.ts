import { Hono } from "hono";
import * as v from "valibot";
import { readJson } from "../body.ts";
import type { AdminDeps } from "../deps.ts";
import { ApiFault } from "../errors.ts";
import type { SimulateView } from "../views.ts";
import { knownProvider } from "./known-provider.ts";

const DEFAULT_SECONDS = 60;
const LONGEST_SECONDS = 3600;

const simulationSchema = v.strictObject({
  provider: v.pipe(v.string(), v.minLength(1, "the name of a provider is needed")),
  failure: v.pipe(v.string(), v.minLength(1, "the id of a failure is needed")),
  seconds: v.optional(
    v.pipe(
      v.number(),
      v.minValue(1, "at least 1 second is needed"),
      v.maxValue(LONGEST_SECONDS, `at most ${LONGEST_SECONDS} seconds are allowed`),
    ),
    DEFAULT_SECONDS,
  ),
});

/** `GET`, `POST {provider, failure, seconds?}` and `DELETE` (all, or `?provider=NAME`) of `/api/simulate`. */
export function simulateRoutes(deps: AdminDeps): Hono {
  const { simulations } = deps;
  const view = (): SimulateView => ({ faults: [...simulations.faults], items: simulations.list() });
  return new Hono()
    .get("/", (c) => c.json(view()))
    .post("/", async (c) => {
      const { provider, failure, seconds } = await readJson(c, simulationSchema);
      knownProvider(deps, provider);
      if (!simulations.faults.some(({ id }) => id === failure)) {
        const known = simulations.faults.map(({ id }) => id).join(", ");
        throw new ApiFault(400, "unknown_failure", `failure: "${failure}" is none of ${known}`, { path: "failure" });
      }
      simulations.set(provider, failure, seconds);
      return c.json(view());
    })
    .delete("/", (c) => {
      simulations.clear(c.req.query("provider"));
      return c.json(view());
    });
}
