import { errorEvent } from "../anthropic/errors.ts";
import { streamFromAnswer } from "../wires/shared/stream-from-answer.ts";
import type { AttemptOutcome } from "./attempt.ts";
import { type ErrorAnswer, exhausted } from "./exhausted.ts";
import type { Run } from "./run.ts";
import { answeredHere } from "./send.ts";
import { readyInMs } from "./steps.ts";

/** Ends the client's response, where that has not happened yet, and the journal's entry. */
export function conclude(run: Run, outcome: AttemptOutcome | undefined): void {
  const { reply, entry } = run.job;
  if (reply.gone) {
    entry.outcome = "cancelled";
    entry.status = 499;
  } else if (outcome?.kind === "streamed" || outcome?.kind === "answered") {
    entry.outcome = "ok";
    entry.status = 200;
    if (outcome.stopReason !== null) entry.stopReason = outcome.stopReason;
    if (outcome.kind === "answered") answer(run, outcome.body);
    else run.sink.end();
  } else if (outcome?.kind === "broken") {
    entry.outcome = "cut";
    entry.status = 200;
    entry.error = outcome.failure.message;
    run.sink.send(outcome.ending());
    run.sink.end();
  } else if (run.lastResort) {
    conclude(run, answeredHere(run.lastResort));
  } else {
    refuse(run, exhausted(run.failed, entry.id, readyInMs(run)));
  }
}

function answer(run: Run, body: Buffer): void {
  const { reply, entry, inbound } = run.job;
  entry.ttftMs ??= run.elapsed();
  if (inbound.facts.stream) {
    run.sink.send(streamFromAnswer(body));
    return run.sink.end();
  }
  entry.bytesOut += body.length;
  reply.begin(200, { ...run.headers(), "content-type": "application/json", "content-length": String(body.length) });
  reply.end(body);
}

/** Nobody served: an honest error, as HTTP where the status is still ours to choose, else as the stream's last event. */
function refuse(run: Run, error: ErrorAnswer): void {
  const { reply, entry } = run.job;
  entry.outcome = run.failed.at(-1)?.failure.reason === "other_form" ? "declined" : "failed";
  entry.status = error.status;
  entry.error = error.message;
  if (run.sink.opened) {
    run.sink.send(errorEvent(error.type, error.message, entry.id));
    run.sink.end();
    return;
  }
  entry.bytesOut += error.body.length;
  reply.begin(error.status, { ...run.headers(), ...error.headers, "content-length": String(error.body.length) });
  reply.end(error.body);
}
