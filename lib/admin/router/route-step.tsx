import type { ConfigTree } from "../../config/schema.ts";
import { Pill } from "../parts/pill.tsx";
import type { RouteStep } from "../words/rules.ts";

export function RouteStepView({ step, router }: { step: RouteStep; router: ConfigTree["router"] }) {
  const { target, active } = goal(step, router);
  return (
    <li class={`route-step ${active ? "" : "passed"}`}>
      <h3>{step.title}</h3>
      <p class="small muted">{step.when}</p>
      <span class="route-goal">{target}</span>
    </li>
  );
}

/** Where the step leads, and whether it can fire at all. */
function goal({ rule, route }: RouteStep, router: ConfigTree["router"]) {
  if (!router.enabled && rule !== "explicit" && rule !== "model") {
    return { active: false, target: <Pill>router is off</Pill> };
  }
  if (route === undefined)
    return { active: rule !== "auto_map" || router.auto_map !== "", target: <Fixed rule={rule} /> };
  const { model, enabled } = router[route];
  if (model === "") return { active: false, target: <Pill>not set</Pill> };
  if (!enabled) return { active: false, target: <Pill>switched off</Pill> };
  return { active: true, target: <span class="mono">{model}</span> };
}

/** Where steps lead that have no model of their own. */
function Fixed({ rule }: { rule: RouteStep["rule"] }) {
  const words: Partial<Record<RouteStep["rule"], string>> = {
    explicit: "what was asked for",
    "subagent-tag": "the model in the tag",
    model: "that model",
    auto_map: "the default's model",
  };
  return <span class="muted">{words[rule]}</span>;
}
