import type { InboundRequest } from "../../anthropic/request.ts";
import { streamFromAnswer } from "../../wires/shared/stream-from-answer.ts";
import type { AttemptOutcome } from "../attempt.ts";
import { OutletClosed } from "../outlet.ts";
import type { Run, Step } from "../run.ts";
import { send } from "../send.ts";
import { keyOf } from "../steps.ts";
import { ContinueOutlet } from "./continue-outlet.ts";
import { continuedRequest } from "./continued-request.ts";
import { type Delivered, readDelivered } from "./delivered.ts";
import { RestartOutlet } from "./restart-outlet.ts";
import type { SplicedOutlet } from "./spliced-outlet.ts";

type Broken = Extract<AttemptOutcome, { kind: "broken" }>;
type Kind = "restart" | "continue";

/** So many steps are asked to bring a broken answer to its end. */
const MOST_STEPS = 2;
/** An answer longer than this, in characters, is not asked for again: it would cost much and seldom come out the same. */
const MOST_REPEATED = 4_000;
const CHARACTERS_PER_TOKEN = 4;

/**
 * Tries to bring an answer to its end that broke after the client had part of it.
 * @param from who gave that part
 * @param next the next step to take
 * @returns the broken outcome itself where nothing could be done
 */
export async function rescue(
  run: Run,
  broken: Broken,
  from: Step,
  next: () => Step | undefined,
): Promise<AttemptOutcome> {
  const sent = run.sink.delivered;
  const delivered = sent && readDelivered(sent);
  if (!delivered || delivered.isConcluded) return broken;
  const ways = waysOn(run, delivered);
  for (let steps = 0; ways.length > 0 && steps < MOST_STEPS && !run.over; steps++) {
    const step = next();
    if (!step) break;
    for (const way of ways) {
      if (way.needsPrefill && step.mapping.capabilities.prefill !== true) continue;
      const ended = await tryWay(run, way, { broken, delivered, from, step });
      if (ended) return ended;
      if (run.over) return broken;
    }
  }
  const { entry } = run.job;
  entry.provider = from.mapping.provider.name;
  entry.upstreamModel = from.mapping.model;
  entry.usage = broken.usage;
  return broken;
}

/** A way to go on after the break. */
interface Way {
  kind: Kind;
  inbound: InboundRequest;
  outlet: typeof RestartOutlet | typeof ContinueOutlet;
  needsPrefill: boolean;
}

/** The ways that the user allows and the answer permits, the surer first. */
function waysOn(run: Run, delivered: Delivered): Way[] {
  const { inbound, settings } = run.job;
  const ways: Way[] = [];
  const continued = settings.failover.rescue === "continue" ? continuedRequest(inbound, delivered) : undefined;
  if (continued) ways.push({ kind: "continue", inbound: continued, outlet: ContinueOutlet, needsPrefill: true });
  if (delivered.length <= MOST_REPEATED)
    ways.push({ kind: "restart", inbound, outlet: RestartOutlet, needsPrefill: false });
  return ways;
}

/** @returns how the answer ended; undefined when the client has nothing more than before */
async function tryWay(
  run: Run,
  way: Way,
  { broken, delivered, from, step }: { broken: Broken; delivered: Delivered; from: Step; step: Step },
): Promise<AttemptOutcome | undefined> {
  const { entry } = run.job;
  const said = Math.ceil(delivered.length / CHARACTERS_PER_TOKEN);
  const outlet: SplicedOutlet = new way.outlet({
    to: run.sink,
    delivered,
    spent: { ...broken.usage, output_tokens: Math.max(broken.usage.output_tokens, said) },
    from: from.mapping.model,
    model: step.mapping.model,
  });
  run.reopen();
  run.deps.health.force(...keyOf(step));
  const at = run.elapsed();
  const how = { fresh: false, mayWait: true, rescue: { inbound: way.inbound, outlet } };
  const outcome = asStreamed((await send(run, step, how)).outcome, outlet);
  const provider = step.mapping.provider.name;
  if (outcome.kind === "lost") {
    const record = entry.attempts.at(-1);
    if (record) {
      record.lost = true;
      record.notes = [...(record.notes ?? []), "its answer differs from what the client had already"];
    }
  }
  const isWhole = outcome.kind === "streamed";
  if (!isWhole && !outlet.hasSpoken) return undefined;
  entry.rescue = { kind: way.kind, from: from.mapping.provider.name, to: provider, at };
  entry.usage = outlet.usage;
  if (outcome.kind !== "broken") return outcome;
  return { ...outcome, ending: () => outlet.ending(outcome.failure, provider, entry.id) };
}

/** An answer that came whole goes through the outlet like any other. */
function asStreamed(outcome: AttemptOutcome, outlet: SplicedOutlet): AttemptOutcome {
  if (outcome.kind !== "answered") return outcome;
  try {
    outlet.send(streamFromAnswer(outcome.body));
    return { ...outcome, kind: "streamed" };
  } catch (error) {
    if (error instanceof OutletClosed) return { kind: "lost" };
    throw error;
  }
}
