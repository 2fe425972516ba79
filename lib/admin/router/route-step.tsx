import { useSignal } from "@preact/signals";
import type { ConfigTree } from "../../config/schema.ts";
import { SelectField, SwitchField } from "../parts/fields.tsx";
import { Pill } from "../parts/pill.tsx";
import { models } from "../state/store.ts";
import type { RouteStep } from "../words/rules.ts";
import { hasTriggers, Triggers } from "./triggers.tsx";

type Router = ConfigTree["router"];

/** One step of the router: what fires it, and where it leads. Each change saves by itself. */
export function RouteStepView({ step, router }: { step: RouteStep; router: Router }) {
  const editing = useSignal(false);
  const { rule, route } = step;
  return (
    <li class={`route-step ${isActive(step, router) ? "" : "passed"}`}>
      <h3>{step.title}</h3>
      <p class="small muted">
        {step.when}{" "}
        {hasTriggers(rule) && (
          <button
            type="button"
            class="quiet-button"
            aria-expanded={editing.value}
            aria-label={`Change what fires ${step.title}`}
            onClick={() => (editing.value = !editing.value)}
          >
            Change
          </button>
        )}
      </p>
      <div class="route-goal">
        {route === undefined ? (
          <Fixed step={step} router={router} />
        ) : (
          <Goal route={route} title={step.title} router={router} />
        )}
      </div>
      {editing.value && (
        <div class="route-triggers">
          <Triggers rule={rule} router={router} />
        </div>
      )}
    </li>
  );
}

/** Can the step fire at all? */
function isActive({ rule, route }: RouteStep, router: Router): boolean {
  if (!router.enabled && rule !== "explicit" && rule !== "model") return false;
  if (route === undefined) return rule !== "auto_map" || (router.auto_map !== "" && router.default.model !== "");
  return router[route].model !== "" && router[route].enabled;
}

function Goal({ route, title, router }: { route: NonNullable<RouteStep["route"]>; title: string; router: Router }) {
  const { model, enabled } = router[route];
  const names = models.data.value?.map(({ name }) => name) ?? [];
  return (
    <>
      <SelectField
        label={`Model for ${title}`}
        bare
        path={["router", route, "model"]}
        value={model}
        choices={[{ value: "", label: "not set" }, ...names.map((value) => ({ value, label: value }))]}
      />
      {model !== "" && (
        <SwitchField label="on" name={`${title} is on`} path={["router", route, "enabled"]} value={enabled} />
      )}
    </>
  );
}

/** Where steps lead that have no model of their own. */
function Fixed({ step: { rule }, router }: { step: RouteStep; router: Router }) {
  const words: Partial<Record<RouteStep["rule"], string>> = {
    explicit: "what was asked for",
    "subagent-tag": "the model in the tag",
    model: "that model",
    auto_map: router.default.model === "" ? "the default's model" : router.default.model,
  };
  if (!router.enabled && rule !== "explicit" && rule !== "model") return <Pill>router is off</Pill>;
  return <span class="muted">{words[rule]}</span>;
}
