/** The Test tab's state, and the sending of its message. It survives a walk to another tab. */
import { signal } from "@preact/signals";
import { findRequest } from "../state/requests.ts";
import { type Answer, addEvent, NO_ANSWER } from "./answer.ts";
import { EventReader } from "./sse.ts";
import { type TrialForm, trialBody, trialHeaders } from "./trial-request.ts";

export const form = signal<TrialForm>({
  model: "",
  provider: "",
  message: "Say hello, and tell me which model you are.",
  thinking: false,
  tool: false,
  failProvider: "",
  fault: "",
  key: "",
});

/** Changes some fields of the form. */
export function change(fields: Partial<TrialForm>): void {
  form.value = { ...form.value, ...fields };
}

/** What the response's headers tell of the decision. */
export interface TrialDecision {
  requestId: string;
  rule: string;
  reason: string;
  model: string;
  provider: string;
  attempts: string;
}

export interface Trial {
  phase: "sending" | "streaming" | "done" | "stopped" | "failed";
  status: number;
  answer: Answer;
  decision: TrialDecision | undefined;
  /** Measured here, from the click. */
  firstMs: number | undefined;
  totalMs: number | undefined;
  error: string | undefined;
}

/** Undefined until something was sent. */
export const trial = signal<Trial | undefined>(undefined);

let abort: AbortController | undefined;

export function isRunning(): boolean {
  return trial.value?.phase === "sending" || trial.value?.phase === "streaming";
}

export function stopTrial(): void {
  abort?.abort();
}

export async function sendTrial(): Promise<void> {
  if (isRunning()) return;
  abort = new AbortController();
  const start = performance.now();
  const since = () => performance.now() - start;
  trial.value = {
    phase: "sending",
    status: 0,
    answer: NO_ANSWER,
    decision: undefined,
    firstMs: undefined,
    totalMs: undefined,
    error: undefined,
  };
  try {
    const response = await fetch("/v1/messages", {
      method: "POST",
      headers: trialHeaders(form.value),
      body: JSON.stringify(trialBody(form.value)),
      signal: abort.signal,
    });
    update({ status: response.status, decision: readDecision(response.headers) });
    if (response.ok && response.body) await readStream(response.body, since);
    else update({ phase: "failed", error: readError(await response.text(), response.status) });
  } catch (error) {
    const stopped = abort.signal.aborted;
    update(stopped ? { phase: "stopped" } : { phase: "failed", error: `The connection broke: ${String(error)}` });
  }
  update({ totalMs: since() });
  const id = trial.value?.decision?.requestId;
  if (id) await findRequest(id);
}

async function readStream(body: ReadableStream<Uint8Array>, since: () => number): Promise<void> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  const events = new EventReader();
  update({ phase: "streaming" });
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    let { answer, firstMs } = current();
    for (const event of events.push(decoder.decode(part.value, { stream: true }))) {
      answer = addEvent(answer, event);
      if (event.event === "content_block_delta") firstMs ??= since();
    }
    update({ answer, firstMs });
  }
  const { answer } = current();
  const error = answer.error ?? (answer.whole ? undefined : "The answer ended without its proper end.");
  update(error === undefined ? { phase: "done" } : { phase: "failed", error });
}

function current(): Trial {
  if (!trial.value) throw new Error("no trial is running");
  return trial.value;
}

function update(change: Partial<Trial>): void {
  trial.value = { ...current(), ...change };
}

function readDecision(headers: Headers): TrialDecision {
  const read = (name: string) => headers.get(`x-ccm-${name}`) ?? "";
  const [, rule = "", reason = ""] = /^([\w-]+)(?:: (.*))?$/.exec(read("route")) ?? [];
  return {
    requestId: read("request-id"),
    rule,
    reason,
    model: read("model"),
    provider: read("provider"),
    attempts: read("attempts"),
  };
}

function readError(text: string, status: number): string {
  try {
    const { error } = JSON.parse(text) as { error?: { message?: string } };
    if (error?.message) return error.message;
  } catch {
    // Not JSON: the status is all there is to tell.
  }
  return `The server answered ${status}.`;
}
