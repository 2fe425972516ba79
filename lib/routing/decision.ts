import type { Rule } from "../catalog/route-names.ts";
import type { Mapping } from "../config/settings.ts";

/** Where a request goes, and why. Its words may be shown; the mappings hold the providers' keys, so show `explain(decision)`. */
export interface Decision {
  rule: Rule;
  /** One plain sentence. */
  reason: string;
  /** The model as the client asked for it. */
  requested: string;
  /** The configured model that serves (or the upstream's id for an explicit provider). */
  model: string;
  /** In the order in which they are to be tried. */
  candidates: Candidate[];
  setAside: { provider: string; model: string; why: string }[];
  /** Each rule that was looked at, for explanations. */
  tried: { rule: Rule; fired: boolean; why: string }[];
  strategy: string;
}

export interface Candidate {
  mapping: Mapping;
  /** The number behind its place: a priority, a share, dollars or milliseconds, in words. */
  why: string;
}

/** No rule gave a model that is defined, or no provider is left. */
export interface NoRoute {
  /** `unknown_model`: 404. `unknown_provider`: 400. `no_provider`: nothing is configured. `incapable`: 400. */
  kind: "unknown_model" | "unknown_provider" | "no_provider" | "incapable";
  message: string;
  tried: Decision["tried"];
  setAside: Decision["setAside"];
}

/** What ordering may know of the providers' state. */
export interface HealthView {
  /** Epoch ms until which the provider (or this model at it) is cooling down; 0 when it is available. */
  coolingUntil(provider: string, model: string): number;
  /** Typical time to first token in ms for prompts of about this size; undefined while unknown. */
  timeToFirstToken(provider: string, model: string, promptBytes: number): number | undefined;
  /** Epoch ms of the last answer that this session got from the provider: its prompt cache may still be warm. */
  lastServed(sessionKey: string, provider: string, model: string): number | undefined;
}
