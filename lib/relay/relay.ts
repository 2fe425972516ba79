/**
 * The journey of one request, on one screen: whom to ask (`steps.ts`), one try (`send.ts`), what its failure means
 * (`policy.ts`, `health.ts`), the end (`conclude.ts`).
 * @module
 */
import type { Failure } from "../catalog/failure-reasons.ts";
import type { AttemptOutcome } from "./attempt.ts";
import { conclude } from "./conclude.ts";
import { canHedge, tryHedged } from "./hedge.ts";
import { nextStep } from "./policy.ts";
import { type RelayDeps, type RelayJob, Run, type Step } from "./run.ts";
import { send } from "./send.ts";
import { keyOf, Steps } from "./steps.ts";
import type { TryHere } from "./tried.ts";

/** Serves the request from the first provider that can, and tells the client the truth when none can. */
export async function relay(job: RelayJob, deps: RelayDeps): Promise<void> {
  const run = new Run(job, deps);
  const end = deps.retryBudget.begin();
  const forget = job.reply.onGone(() => run.cancel());
  try {
    conclude(run, await walk(run));
  } finally {
    end();
    forget();
    run.sink.release();
    job.entry.totalMs = run.elapsed();
    job.entry.bytesOut += run.sink.bytes;
  }
}

/** @returns what reached the client; undefined when nobody served */
async function walk(run: Run): Promise<AttemptOutcome | undefined> {
  const steps = new Steps(run);
  while (!run.over) {
    const step = steps.next();
    if (!step) return undefined;
    const { next, outcome, ...tried } = run.job.settings.failover.hedge
      ? await tryHedged(run, step, steps, tryHere)
      : await tryHere(run, step, steps);
    if (next === "done") return outcome.kind === "broken" ? await mended(run, outcome, tried.step, steps) : outcome;
    if (next === "stop") return undefined;
    if (next === "larger") steps.needsLargerThan(tried.step);
    if (outcome.kind === "failed" && wasNotAsked(outcome.failure)) steps.passOver(tried.step);
  }
  return undefined;
}

/** The provider's protocol or model has no place for the request: nobody was asked, so no key has refused it. */
function wasNotAsked({ reason, status }: Failure): boolean {
  return reason === "capability" && status === undefined;
}

/** The answer has broken after content: where the user allows it, another provider brings it to its end. */
async function mended(
  run: Run,
  broken: Extract<AttemptOutcome, { kind: "broken" }>,
  step: Step,
  steps: Steps,
): Promise<AttemptOutcome> {
  if (run.job.settings.failover.rescue === "off" || run.over) return broken;
  const { rescue } = await import("./rescue/rescue.ts");
  return await rescue(run, broken, step, () => steps.next());
}

/** All tries at one provider with one credential. */
const tryHere: TryHere = async (run, step, steps, hedged = false) => {
  const { job, deps } = run;
  const { max_attempts, initial_delay_ms, backoff_multiplier } = job.settings.retry;
  const limits = { maxAttempts: max_attempts, initialDelayMs: initial_delay_ms, multiplier: backoff_multiplier };
  let waitedHere = false;
  let retry: (() => void) | undefined;
  for (let triesHere = 1; ; triesHere++) {
    const { outcome } = await send(run, step, { fresh: triesHere > 1, mayWait: !steps.othersLeft, hedged });
    retry?.();
    if (outcome.kind === "streamed" || outcome.kind === "answered") remember(run, step);
    if (outcome.kind !== "failed" || job.reply.gone) return { step, next: "done", outcome };
    const verdict = nextStep(
      outcome.failure,
      { triesHere, waitedHere, othersLeft: steps.othersLeft },
      limits,
      deps.random(),
    );
    if (verdict.step !== "again") return { step, next: verdict.step, outcome };
    if (run.elapsed() + verdict.delayMs > run.budgetMs) return { step, next: "next", outcome };
    retry = deps.retryBudget.take();
    if (!retry) return { step, next: "next", outcome };
    waitedHere ||= verdict.waited;
    await run.pause(verdict.delayMs);
    if (job.reply.gone || run.winner) {
      retry();
      return { step, next: "done", outcome };
    }
    deps.health.force(...keyOf(step));
  }
};

/** Ordering goes by what was seen: how fast the provider began, and whose prompt cache is warm. */
function remember(run: Run, { mapping }: Step): void {
  const { entry, inbound, sessionKey } = run.job;
  const began = run.winner?.at ?? 0;
  run.deps.trackRecord.served({
    session: sessionKey,
    provider: mapping.provider.name,
    model: mapping.model,
    promptBytes: entry.bytesIn,
    keepSample: run.job.settings.failover.hedge && canHedge(inbound),
    ttftMs: (entry.ttftMs ?? run.elapsed()) - began,
    now: run.deps.now(),
  });
}
