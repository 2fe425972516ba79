import type { InboundRequest } from "../anthropic/request.ts";
import type { Run, Step } from "./run.ts";
import type { Steps } from "./steps.ts";
import type { Tried, TryHere } from "./tried.ts";

/** For so long a provider's prompt cache is taken to be warm. */
const CACHE_MS = 5 * 60_000;

/**
 * Tries a step, and another one beside it when the first has not begun to answer in the time in which it nearly always
 * does. The first content wins; the other try ends.
 */
export async function tryHedged(run: Run, step: Step, steps: Steps, tryHere: TryHere): Promise<Tried> {
  run.deps.trackRecord.hedges.count();
  const lateMs = lateAfterMs(run, step);
  const first = tryHere(run, step, steps);
  if (lateMs === undefined) return first;
  const isLate = await Promise.race([first.then(() => false), run.pause(lateMs).then(() => true)]);
  if (!isLate || run.winner || run.over || !run.deps.trackRecord.hedges.take()) return first;
  const other = steps.beside(step);
  if (!other) return first;
  const second = tryHere(run, other, steps, true);
  const [sooner, later] = await Promise.race([
    first.then((tried) => [tried, second] as const),
    second.then((tried) => [tried, first] as const),
  ]);
  const giveBackLost = ({ step, outcome }: Tried): void => {
    if (outcome.kind === "lost") steps.giveBack(step);
  };
  const isDecided = sooner.next === "stop" || (sooner.next === "done" && sooner.outcome.kind !== "lost");
  if (!isDecided) {
    if (sooner.next === "larger") steps.needsLargerThan(sooner.step);
    giveBackLost(sooner);
    return later;
  }
  run.endOthers();
  giveBackLost(await later);
  return sooner;
}

/** After how many ms the step is late; undefined where it is not to be hedged. */
function lateAfterMs(run: Run, { mapping }: Step): number | undefined {
  const { inbound, sessionKey } = run.job;
  const { trackRecord, now } = run.deps;
  const { provider, model } = mapping;
  if (!canHedge(inbound)) return undefined;
  const served = trackRecord.lastServed(sessionKey, provider.name, model);
  if (served !== undefined && now() - served < CACHE_MS) return undefined;
  return trackRecord.usualFirstToken(provider.name, model, inbound.raw.length);
}

/** Somebody watches the answer flow: only then does its beginning count. */
export function canHedge({ facts, headers }: InboundRequest): boolean {
  return facts.stream && headers["x-claude-code-request-class"] !== "auxiliary";
}
