import type { AttemptOutcome } from "./attempt.ts";
import type { Run, Step } from "./run.ts";
import type { Steps } from "./steps.ts";

/** What came of all tries at one step, and what follows. */
export interface Tried {
  step: Step;
  next: "done" | "stop" | "next" | "larger";
  outcome: AttemptOutcome;
}

/** @param hedged beside another step's tries */
export type TryHere = (run: Run, step: Step, steps: Steps, hedged?: boolean) => Promise<Tried>;
