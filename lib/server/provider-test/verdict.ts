import { FAILURE_REASONS, type Failure } from "../../catalog/failure-reasons.ts";
import type { AttemptOutcome } from "../../relay/attempt.ts";
import type { ProviderCheck } from "../admin/views.ts";
import type { Question } from "./questions.ts";

/** What became of a check, without its name. */
export type Verdict = Omit<ProviderCheck, "id" | "label">;

interface Block {
  type: string;
  text?: string;
  name?: string;
}

/** What an attempt at asking the model says of the provider. @param streamed the events that came, where it streamed */
export function verdict(question: Question, outcome: AttemptOutcome, streamed: string): Verdict {
  switch (outcome.kind) {
    case "failed":
    case "broken":
      return outcome.failure.reason === "empty_answer" ? EMPTY : { outcome: "failed", ...words(outcome.failure) };
    case "lost":
      return { outcome: "failed", detail: "the answer was not wanted" };
    case "streamed":
      return { outcome: "ok", detail: said(textOf(streamed)) };
    case "answered": {
      if (question === "stream") return { outcome: "unclear", detail: "it answered in one piece instead of a stream" };
      const blocks = blocksOf(outcome.body);
      return question === "tools" ? toolVerdict(blocks) : { outcome: "ok", detail: said(textIn(blocks)) };
    }
  }
}

const EMPTY: Verdict = {
  outcome: "unclear",
  detail: "it answered, but said nothing within the few tokens that it was given",
};

/** A failure in the vendor's own words, behind ours. */
export function words(failure: Failure): Pick<Verdict, "detail" | "status" | "refused"> {
  const { label } = FAILURE_REASONS[failure.reason];
  const detail = failure.message === "" ? label : `${label}: ${failure.message}`;
  return {
    detail,
    ...(failure.status !== undefined && { status: failure.status }),
    ...((failure.reason === "auth" || failure.reason === "no_credential") && { refused: true }),
  };
}

function toolVerdict(blocks: readonly Block[]): Verdict {
  const call = blocks.find(({ type }) => type === "tool_use");
  if (call) return { outcome: "ok", detail: `it called ${call.name}` };
  return { outcome: "unclear", detail: `it took the tool, but did not call it: ${said(textIn(blocks))}` };
}

function said(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line === "" ? "it answered without words" : `it said “${line.length > 60 ? `${line.slice(0, 59)}…` : line}”`;
}

function blocksOf(body: Buffer): Block[] {
  const { content } = JSON.parse(body.toString("utf8")) as { content?: Block[] };
  return content ?? [];
}

function textIn(blocks: readonly Block[]): string {
  return blocks.map(({ text = "" }) => text).join("");
}

/** The words in a stream of Anthropic's events. */
function textOf(events: string): string {
  const data = events.split("\n").flatMap((line) => (line.startsWith("data: ") ? [line.slice("data: ".length)] : []));
  return data.map((json) => (JSON.parse(json) as { delta?: { text?: string } }).delta?.text ?? "").join("");
}
