import type { Provider } from "../config/settings.ts";
import { credentialCount } from "../credentials/headers.ts";
import type { Run, Step } from "./run.ts";
import { wayOf } from "./searches.ts";

/**
 * Whom to ask, in which order: the candidates of the decision with each of their credentials; those whose circuit is open
 * come last, soonest first, and only if nobody else has served.
 */
export class Steps {
  readonly #run: Run;
  readonly #fit: Step[];
  readonly #cooling: Step[] = [];
  #forcing = false;
  /** Tokens that were too many for a provider: only a larger context window is worth another try. */
  #tooSmall = 0;

  constructor(run: Run) {
    this.#run = run;
    this.#fit = allSteps(run);
  }

  /** The next step to take; its circuit has let this request in. */
  next(): Step | undefined {
    for (let step = this.#fit.shift(); step; step = this.#fit.shift()) {
      if (!this.#isLargeEnough(step)) continue;
      if (this.#forcing) this.#run.deps.health.force(...keyOf(step));
      else if (!this.#run.deps.health.enter(...keyOf(step))) {
        this.#cooling.push(step);
        continue;
      }
      return step;
    }
    if (this.#forcing || this.#cooling.length === 0) return undefined;
    this.#forcing = true;
    this.#fit.push(...this.#cooling.sort((a, b) => coolingUntil(this.#run, a) - coolingUntil(this.#run, b)));
    return this.next();
  }

  /** A healthy step at another provider, to be asked at the same time; never a second login at the same vendor. */
  beside({ mapping: { provider } }: Step): Step | undefined {
    const at = this.#fit.findIndex((step) => {
      const other = step.mapping.provider;
      const isSecondLogin = other.type.id === provider.type.id && isLogin(other) && isLogin(provider);
      if (other.name === provider.name || isSecondLogin || !this.#isLargeEnough(step)) return false;
      return !this.#forcing && this.#run.deps.health.enter(...keyOf(step));
    });
    return at < 0 ? undefined : this.#fit.splice(at, 1)[0];
  }

  /** The step was asked beside another that was faster, and has done nothing wrong: should that one break, it may be asked again. */
  giveBack(step: Step): void {
    this.#fit.unshift(step);
  }

  /** Somebody is left to be asked. */
  get othersLeft(): boolean {
    return [...this.#fit, ...(this.#forcing ? [] : this.#cooling)].some((step) => this.#isLargeEnough(step));
  }

  /** The request does not fit into this step's context window. */
  needsLargerThan({ mapping }: Step): void {
    const { estimatedTokens } = this.#run.job.inbound.facts;
    this.#tooSmall = Math.max(this.#tooSmall, mapping.capabilities.contextWindow ?? estimatedTokens);
  }

  /** What this model cannot do here, it cannot do with any other credential of the provider's. */
  passOver({ mapping }: Step): void {
    for (const steps of [this.#fit, this.#cooling]) {
      const others = steps.filter((step) => step.mapping !== mapping);
      steps.splice(0, steps.length, ...others);
    }
  }

  #isLargeEnough({ mapping }: Step): boolean {
    return this.#tooSmall === 0 || (mapping.capabilities.contextWindow ?? 0) > this.#tooSmall;
  }
}

/** Somebody's account at the vendor: ours to keep, or the client's own. */
function isLogin({ authType }: Provider): boolean {
  return authType === "oauth" || authType === "passthrough";
}

/** After how many ms some step is fit again, by its health and by what it said itself; 0 for at once. */
export function readyInMs(run: Run): number {
  const waits = allSteps(run).map((step) => Math.max(0, coolingUntil(run, step) - run.deps.now(), asked(run, step)));
  return waits.length > 0 ? Math.min(...waits) : 0;
}

/** How long the step has asked this request to be left alone, in ms. */
function asked({ failed }: Run, { mapping }: Step): number {
  const last = failed.findLast(
    ({ record }) => record.provider === mapping.provider.name && record.model === mapping.model,
  );
  return last?.failure.retryAfterMs ?? 0;
}

/** Provider, credential and model: what health goes by. */
export function keyOf({ mapping, credential }: Step): [provider: string, credential: number, model: string] {
  return [mapping.provider.name, credential, mapping.model];
}

function allSteps(run: Run): Step[] {
  return run.job.decision.candidates.flatMap(({ mapping: asMapped }) => {
    const mapping = wayOf(asMapped, run.job.inbound);
    return Array.from({ length: Math.max(1, credentialCount(mapping.provider)) }, (_, credential) => ({
      mapping,
      credential,
    }));
  });
}

function coolingUntil(run: Run, step: Step): number {
  return run.deps.health.coolingUntil(...keyOf(step));
}
