import { useEffect } from "preact/hooks";
import { AttemptTimeline } from "../parts/attempts.tsx";
import { Problem } from "../parts/messages.tsx";
import { StatePill } from "../parts/pill.tsx";
import { addressOf } from "../state/place.ts";
import { findRequest, requestById } from "../state/requests.ts";
import type { Tone } from "../words/states.ts";
import { AnswerBlocks } from "./answer-blocks.tsx";
import { Measures } from "./measures.tsx";
import { RawView } from "./raw-view.tsx";
import { RouteTaken } from "./route-taken.tsx";
import type { Trial } from "./trial.ts";

const PHASES = {
  sending: { word: "Waiting for the first word", tone: "info" },
  streaming: { word: "Streaming", tone: "info" },
  done: { word: "Complete", tone: "ok" },
  stopped: { word: "Stopped by you", tone: "quiet" },
  failed: { word: "Failed", tone: "bad" },
} as const satisfies Record<Trial["phase"], { word: string; tone: Tone }>;

/** The answer as it comes, with what became of the request. */
export function AnswerView({ trial, titleId, title }: { trial: Trial; titleId: string; title: string }) {
  const id = trial.decision?.requestId ?? "";
  const entry = id === "" ? undefined : requestById(id);
  useEffect(() => {
    if (id !== "" && trial.totalMs !== undefined) void findRequest(id);
  }, [id, trial.totalMs]);
  return (
    <>
      <div class="card-head">
        <h2 id={titleId}>{title}</h2>
        <span role="status">
          <StatePill {...PHASES[trial.phase]} />
        </span>
      </div>
      {trial.decision && <RouteTaken decision={trial.decision} />}
      <AnswerBlocks blocks={trial.answer.blocks} growing={trial.phase === "streaming"} />
      {trial.error !== undefined && <Problem>{trial.error}</Problem>}
      <Measures trial={trial} cost={entry?.cost} />
      {entry && entry.outcome !== "running" && entry.attempts.length > 0 && (
        <section class="trial-attempts" aria-labelledby={`${titleId}-attempts`}>
          <div class="section-head">
            <h3 id={`${titleId}-attempts`}>Attempts</h3>
            <a href={addressOf("overview", entry.id)}>All about this request</a>
          </div>
          <AttemptTimeline entry={entry} />
        </section>
      )}
      <RawView trial={trial} />
    </>
  );
}
