import type { RequestFacts } from "../anthropic/facts.ts";
import { convertTokens, vocabularyOf } from "../anthropic/vocabulary.ts";
import type { Mapping } from "../config/settings.ts";
import { count } from "./words.ts";

/** What the capability check has to know of a request. */
export interface Needs {
  facts: RequestFacts;
  /** Size of the body: no text has more tokens than bytes. */
  bytes: number;
  /** The request was routed as one that wants reasoning. */
  reasoning: boolean;
}

export interface SetAside {
  provider: string;
  model: string;
  why: string;
}

/** An estimate may be so much too high: what could still fit is sent, and the provider has the last word. */
const ESTIMATE_DOUBT = 0.15;

/** A reason against a mapping, or undefined. What the catalogue does not know counts as possible. */
type Check = (mapping: Mapping, needs: Needs) => string | undefined;

/** Whoever fails one of these could not even be asked. */
const UNUSABLE: readonly Check[] = [
  ({ provider }) => (provider.enabled ? undefined : "it is switched off"),
  ({ provider }) =>
    provider.authType === "api_key" && provider.apiKeys.length === 0 && !sendsOwnCredential(provider.headers)
      ? "it has no API key"
      : undefined,
];

/** Whoever fails one of these would refuse the request. */
const INCAPABLE: readonly Check[] = [
  ({ capabilities }, { facts }) =>
    facts.hasImage && capabilities.vision === false ? "it cannot see, and the request shows an image" : undefined,
  ({ capabilities }, { facts }) =>
    facts.toolCount > 0 && capabilities.tools === false
      ? "it cannot use tools, and the request brings some"
      : undefined,
  windowTooSmall,
  // Not `max_tokens`: Claude Code always asks for 128,000 and means "as much as there is"; wires lower it.
  ({ capabilities: { maxOutput } }, { facts: { thinkingBudget } }) =>
    maxOutput !== undefined && thinkingBudget !== undefined && thinkingBudget >= maxOutput
      ? `it answers with ${count(maxOutput)} tokens at most, and the thinking alone may take ${count(thinkingBudget)}`
      : undefined,
];

/** Whoever fails one of these would serve, but worse than asked: only when nobody else is there. */
const LESSER: readonly Check[] = [
  ({ capabilities }, { reasoning }) =>
    reasoning && capabilities.reasoning === false ? "it does not reason, and the request asks for it" : undefined,
  ({ capabilities }, { facts }) =>
    facts.structuredOutput && capabilities.structuredOutput === false
      ? "it cannot keep to a given output format"
      : undefined,
  ({ capabilities }, { facts }) =>
    facts.prefill && capabilities.prefill === false ? "it does not continue an answer that was begun" : undefined,
];

/** Can the provider be asked at all? @returns why not */
export function whyUnusable(mapping: Mapping, needs: Needs): string | undefined {
  return firstReason(UNUSABLE, mapping, needs);
}

/**
 * Divides the mappings of a model into those that can serve the request and those that are set aside.
 * @returns `capable` in the given order. When it is empty, `incapable` tells whether some could be asked but for what the
 * request needs
 */
export function checkCapabilities(
  mappings: readonly Mapping[],
  needs: Needs,
): { capable: Mapping[]; setAside: SetAside[]; incapable: boolean } {
  const setAside: SetAside[] = [];
  const keep = (from: readonly Mapping[], checks: readonly Check[]) =>
    from.filter((mapping) => {
      const why = firstReason(checks, mapping, needs);
      if (why) setAside.push({ provider: mapping.provider.name, model: mapping.model, why });
      return why === undefined;
    });
  const usable = keep(mappings, UNUSABLE);
  const capable = keep(usable, INCAPABLE);
  const asideSoFar = setAside.length;
  const full = keep(capable, LESSER);
  if (full.length > 0) return { capable: full, setAside, incapable: false };
  setAside.length = asideSoFar;
  return { capable, setAside, incapable: usable.length > 0 };
}

function firstReason(checks: readonly Check[], mapping: Mapping, needs: Needs): string | undefined {
  for (const check of checks) {
    const why = check(mapping, needs);
    if (why) return why;
  }
  return undefined;
}

/** The words are Anthropic's own: Claude Code knows them and makes its conversation shorter. */
function windowTooSmall({ model, capabilities: { contextWindow } }: Mapping, needs: Needs): string | undefined {
  if (contextWindow === undefined || needs.bytes < contextWindow) return undefined;
  const tokens = promptTokens(needs.facts, model);
  if (tokens * (1 - ESTIMATE_DOUBT) <= contextWindow) return undefined;
  return `prompt is too long: ${tokens} tokens > ${contextWindow} maximum`;
}

/** The prompt's size for a model, whose tokenizer may not be that of the model which the client asked for. */
export function promptTokens(facts: RequestFacts, model: string): number {
  return convertTokens(facts.estimatedTokens, vocabularyOf(facts.model), vocabularyOf(model));
}

function sendsOwnCredential(headers: Readonly<Record<string, string>>): boolean {
  return Object.keys(headers).some((name) => /^(authorization|.*api-key)$/i.test(name));
}
