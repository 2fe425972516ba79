import type { InboundRequest } from "../anthropic/request.ts";
import { type RouteName, RULES, type Rule } from "../catalog/route-names.ts";
import type { Model, NamePattern, Settings } from "../config/settings.ts";
import { autoMapped, findModel, findProvider, modelAt, resolveName, splitProvider } from "./choose.ts";
import type { NoRoute } from "./decision.ts";
import { type RequestClass, requestClass } from "./request-class.ts";
import { count, listed, quoted } from "./words.ts";

/** What a rule says of a request. */
export type Verdict =
  | { fired: false; why: string; model?: undefined; refusal?: undefined }
  | { fired: true; why: string; model: Model; refusal?: undefined }
  | { fired: true; why: string; model?: undefined; refusal: NoRoute["kind"] };

/** All that a rule may look at. */
interface Question {
  request: InboundRequest;
  settings: Settings;
  class: RequestClass | undefined;
}

/** Whether a sign is there, in words that say it. */
interface Sign {
  there: boolean;
  why: string;
}

type Tried = { rule: Rule; fired: boolean; why: string }[];

/** One small judgement per rule. The `image` route is judged when a model is chosen, by `image-route.ts`. */
const JUDGEMENTS: Readonly<Record<Exclude<Rule, "image">, (question: Question) => Verdict>> = {
  explicit: explicitProvider,
  websearch: (question) => route("websearch", question, webSearchSign),
  "subagent-tag": subagentTag,
  long_context: (question) => route("long_context", question, longContextSign),
  reasoning: (question) => route("reasoning", question, reasoningSign),
  background: (question) => route("background", question, backgroundSign),
  subagent: (question) =>
    route("subagent", question, ({ settings, ...q }) => classSign(q.class, settings.router.subagent.classes)),
  compaction: (question) =>
    route("compaction", question, ({ settings, ...q }) => classSign(q.class, settings.router.compaction.classes)),
  model: definedModel,
  auto_map: autoMap,
  default: (question) => route("default", question, () => ({ there: true, why: "nothing else has decided" })),
};

/**
 * Finds the first rule that fires, in the order of `RULES`.
 * @returns its verdict, and each rule that was looked at; no verdict where none fired
 */
export function classify(
  request: InboundRequest,
  settings: Settings,
): { rule: Rule; verdict: Verdict; tried: Tried } | { rule: undefined; tried: Tried } {
  const question = { request, settings, class: requestClass(request) };
  const tried: Tried = [];
  for (const rule of RULES) {
    if (rule === "image") continue;
    const verdict = JUDGEMENTS[rule](question);
    tried.push({ rule, fired: verdict.model !== undefined, why: verdict.why });
    if (verdict.fired) return { rule, verdict, tried };
  }
  return { rule: undefined, tried };
}

function no(why: string): Verdict {
  return { fired: false, why };
}

/** A route of `[router]`: it must be on and set, its sign must be there, and its model must exist. */
function route(name: RouteName, question: Question, sign: (question: Question) => Sign): Verdict {
  const { router } = question.settings;
  const { enabled, model } = router[name];
  if (!router.enabled) return no("the router is switched off");
  if (!enabled) return no("the route is switched off");
  if (model === "") return no("the route is not set");
  const { there, why } = sign(question);
  if (!there) return no(why);
  const target = resolveName(model, question.settings);
  return target
    ? { fired: true, why, model: target }
    : no(`${why}, but the route leads to ${quoted(model)}, which is not defined`);
}

function explicitProvider({ request: { headers, facts }, settings }: Question): Verdict {
  const header = headers["x-ccm-provider"]?.trim() || headers["x-provider"]?.trim();
  const parts = findModel(facts.model, settings.models) ? undefined : splitProvider(facts.model);
  const name = header || parts?.provider;
  if (name === undefined) return no("the request names no provider");
  const provider = findProvider(name, settings.providers);
  if (!provider) {
    const why = `there is no provider ${quoted(name)}; defined are: ${listed(settings.providers.keys())}`;
    return { fired: true, why, refusal: "unknown_provider" };
  }
  const asked = parts?.model ?? facts.model;
  if (asked === "")
    return { fired: true, why: `${quoted(facts.model)} names no model behind the comma`, refusal: "unknown_model" };
  const why = header
    ? `a header names the provider ${provider.name}`
    : `the model's name names the provider ${provider.name}`;
  return { fired: true, why, model: modelAt(provider, asked, parts ? "provider" : "anyone", settings) };
}

function webSearchSign({ request: { facts } }: Question): Sign {
  const type = facts.toolTypes.find((candidate) => candidate.startsWith("web_search"));
  return type
    ? { there: true, why: `the request brings the server tool ${quoted(type)}` }
    : { there: false, why: "no tool's type begins with web_search" };
}

function subagentTag({ request: { facts }, settings }: Question): Verdict {
  const { subagentTag: tag } = facts;
  if (!settings.router.enabled) return no("the router is switched off");
  if (tag === undefined) return no("the system prompt holds no <CCM-SUBAGENT-MODEL>");
  const model = resolveName(tag, settings);
  if (model) return { fired: true, why: `the subagent's prompt asks for ${quoted(tag)}`, model };
  return no(`the subagent's prompt asks for ${quoted(tag)}, which is not defined`);
}

function longContextSign({ request: { raw, facts }, settings }: Question): Sign {
  const { threshold_tokens: threshold } = settings.router.long_context;
  // No text has more tokens than bytes: most requests need no estimate.
  if (raw.length < threshold)
    return { there: false, why: `${count(raw.length)} bytes cannot be more than ${count(threshold)} tokens` };
  const there = facts.estimatedTokens > threshold;
  const size = `the prompt has about ${count(facts.estimatedTokens)} tokens`;
  return { there, why: `${size}, ${there ? "more" : "not more"} than ${count(threshold)}` };
}

function reasoningSign({ request: { facts }, settings: { router, patterns } }: Question): Sign {
  const { thinkingType, effort } = facts;
  const { thinking, efforts } = router.reasoning;
  if (thinkingType !== undefined && thinking.includes(thinkingType))
    return { there: true, why: `the request's thinking is ${quoted(thinkingType)}` };
  if (effort !== undefined && efforts.includes(effort))
    return { there: true, why: `the request's effort is ${quoted(effort)}` };
  const pattern = matching(facts.model, patterns.reasoning);
  if (pattern) return patternSign(facts.model, pattern);
  return { there: false, why: `thinking is ${thinkingType ?? "not asked for"}, effort is ${effort ?? "not given"}` };
}

function backgroundSign({ request: { facts }, settings: { router, patterns }, class: known }: Question): Sign {
  const sign = classSign(known, router.background.classes);
  if (sign.there) return sign;
  const pattern = matching(facts.model, patterns.background);
  if (pattern) return patternSign(facts.model, pattern);
  return { there: false, why: `${sign.why}, and the name matches no pattern` };
}

function classSign(known: RequestClass | undefined, classes: readonly string[]): Sign {
  if (!known) return { there: false, why: "the request does not tell its class" };
  return { there: classes.includes(known.name), why: `the request's class is ${quoted(known.name)} (${known.known})` };
}

function matching(name: string, patterns: readonly NamePattern[]): NamePattern | undefined {
  return patterns.find((pattern) => pattern.test(name));
}

function patternSign(name: string, { source }: NamePattern): Sign {
  return { there: true, why: `${quoted(name)} matches ${source}` };
}

function definedModel({ request: { facts }, settings }: Question): Verdict {
  const model = findModel(facts.model, settings.models);
  if (!model) return no(`no model is called ${quoted(facts.model)}`);
  const as = model.name === facts.model ? "" : `, written ${quoted(facts.model)}`;
  return { fired: true, why: `${quoted(model.name)} is a defined model${as}`, model };
}

function autoMap({ request: { facts }, settings }: Question): Verdict {
  const { autoMap: pattern } = settings.patterns;
  const { enabled, default: fallback } = settings.router;
  if (!enabled) return no("the router is switched off");
  if (!pattern) return no("auto-map is switched off");
  if (!pattern.test(facts.model)) return no(`${quoted(facts.model)} does not match ${pattern.source}`);
  const why = `${quoted(facts.model)} matches ${pattern.source}`;
  if (!fallback.enabled || fallback.model === "") return no(`${why}, but there is no default route`);
  const model = autoMapped(facts.model, settings);
  return model
    ? { fired: true, why, model }
    : no(`${why}, but the default route leads to ${quoted(fallback.model)}, which is not defined`);
}
