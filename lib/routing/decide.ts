import type { InboundRequest } from "../anthropic/request.ts";
import type { Rule } from "../catalog/route-names.ts";
import type { Model, Settings } from "../config/settings.ts";
import { checkCapabilities, type Needs } from "./capabilities.ts";
import { classify } from "./classify.ts";
import type { Decision, HealthView, NoRoute } from "./decision.ts";
import { judgeImage } from "./image-route.ts";
import { order } from "./order.ts";
import { sessionKey } from "./session-key.ts";
import { listed, quoted } from "./words.ts";

interface Choice {
  rule: Rule;
  reason: string;
  model: Model;
}

/**
 * Where a request goes: the first rule that fires chooses a model; the model's providers that can serve the request are
 * put in order. Pure: the same arguments give the same answer.
 * @param random uniform in [0, 1)
 * @param now epoch ms
 */
export function decide(
  request: InboundRequest,
  settings: Settings,
  health: HealthView,
  random: () => number,
  now: number,
): Decision | NoRoute {
  const { facts } = request;
  const found = classify(request, settings);
  const { tried } = found;
  if (!found.rule) return { kind: "unknown_model", message: unknownModel(facts.model, settings), tried, setAside: [] };
  const { verdict } = found;
  if (!verdict.model) return { kind: verdict.refusal ?? "unknown_model", message: verdict.why, tried, setAside: [] };

  let choice: Choice = { rule: found.rule, reason: verdict.why, model: verdict.model };
  const needs: Needs = { facts, bytes: request.raw.length, reasoning: choice.rule === "reasoning" };
  const image = choice.rule === "explicit" ? undefined : judgeImage(request, choice.model, settings, needs);
  if (image) tried.push({ rule: "image", fired: image.fired, why: image.why });
  if (image?.model) choice = { rule: "image", reason: image.why, model: image.model };

  const { rule, reason, model } = choice;
  const { capable, setAside, incapable } = checkCapabilities(model.mappings, needs);
  if (capable.length === 0) return nobody(model, setAside, incapable, tried);
  const session = sessionKey(request);
  return {
    rule,
    reason,
    requested: facts.model,
    model: model.name,
    candidates: order(capable, { request, facts, session, model, health, random, now }),
    setAside,
    tried,
    strategy: model.strategy,
  };
}

function unknownModel(name: string, { models }: Settings): string {
  return `no model is called ${quoted(name)}, and no route takes it; defined are: ${listed(models.keys(), 50)}`;
}

function nobody(model: Model, setAside: Decision["setAside"], incapable: boolean, tried: Decision["tried"]): NoRoute {
  const reasons = setAside.map(({ provider, model: id, why }) => `${provider} (${id}): ${why}`);
  const message =
    model.mappings.length === 0
      ? `${quoted(model.name)} has no providers`
      : `no provider of ${quoted(model.name)} can serve this request: ${reasons.join("; ")}`;
  return { kind: incapable ? "incapable" : "no_provider", message, tried, setAside };
}
