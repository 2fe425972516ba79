/** The Test tab's state, and the sending of its message. It survives a walk to another tab. */
import { computed, signal } from "@preact/signals";
import type { PassageView } from "../../server/admin/views.ts";
import { findRequest } from "../state/requests.ts";
import { models } from "../state/store.ts";
import { type Answer, addEvent, NO_ANSWER, wholeAnswer } from "./answer.ts";
import { EventReader } from "./sse.ts";
import { type TrialForm, trialBody, trialHeaders } from "./trial-request.ts";

export const form = signal<TrialForm>({
  model: "",
  provider: "",
  message: "Say hello, and tell me which model you are.",
  thinking: false,
  tool: false,
  stream: true,
  image: undefined,
  compare: [],
  failProvider: "",
  fault: "",
  key: "",
});

/** Changes some fields of the form. */
export function change(fields: Partial<TrialForm>): void {
  form.value = { ...form.value, ...fields };
}

/** Who is asked: the model that was chosen, as long as it is defined, else the first; empty where there is none. */
export const askedModel = computed(() => {
  const names = models.data.value?.map(({ name }) => name) ?? [];
  return names.includes(form.value.model) ? form.value.model : (names[0] ?? "");
});

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
  /** As it was asked for. */
  asked: string;
  /** It was sent before, by a client. */
  again: boolean;
  phase: "sending" | "streaming" | "done" | "stopped" | "failed";
  status: number;
  answer: Answer;
  decision: TrialDecision | undefined;
  /** Measured here, from the click. */
  firstMs: number | undefined;
  totalMs: number | undefined;
  error: string | undefined;
  /** The request's body, and what came back word for word, up to a bound. */
  sent: string;
  received: string;
}

/** So much of an answer is kept as it came. */
const KEPT_RAW = 200_000;

/** One for each model that was asked; empty until something was sent. */
export const trials = signal<readonly Trial[]>([]);

let abort: AbortController | undefined;

export function isRunning(): boolean {
  return trials.value.some(({ phase }) => phase === "sending" || phase === "streaming");
}

export function stopTrial(): void {
  abort?.abort();
}

/** Something could be sent now. */
export function canSend(): boolean {
  return askedModel.value !== "" && !isRunning();
}

export async function sendTrial(): Promise<void> {
  const first = askedModel.value;
  const asked = [first, ...form.value.compare.filter((model) => model !== first)];
  const headers = trialHeaders(form.value);
  await start(asked.map((model) => ({ asked: model, body: JSON.stringify(trialBody(form.value, model)), headers })));
}

/**
 * Sends an earlier request once more, word for word.
 * @param asked the model that it asks for
 * @param provider who is to answer; empty: as the router decides
 */
export async function sendAgain(asked: string, { headers, body = "" }: PassageView, provider: string): Promise<void> {
  const same = Object.entries(headers).filter(([name]) => SAME_AGAIN.test(name));
  const again = { ...form.value, provider, failProvider: "", fault: "" };
  await start([{ asked, again: true, body, headers: { ...trialHeaders(again), ...Object.fromEntries(same) } }]);
}

/** What the answer depends on. Credentials are not among them, and are masked anyway. */
const SAME_AGAIN = /^(?:anthropic-(?:version|beta)|x-claude-code-request-class)$/;

interface Question {
  asked: string;
  again?: true;
  body: string;
  headers: Record<string, string>;
}

async function start(questions: readonly Question[]): Promise<void> {
  if (isRunning()) return;
  abort = new AbortController();
  const { signal: stop } = abort;
  trials.value = questions.map(({ asked, body, again = false }) => ({
    asked,
    again,
    phase: "sending",
    status: 0,
    answer: NO_ANSWER,
    decision: undefined,
    firstMs: undefined,
    totalMs: undefined,
    error: undefined,
    sent: body,
    received: "",
  }));
  await Promise.all(questions.map(({ body, headers }, at) => run(at, { method: "POST", headers, body, signal: stop })));
}

async function run(at: number, init: RequestInit & { signal: AbortSignal }): Promise<void> {
  const start = performance.now();
  const since = () => performance.now() - start;
  try {
    const response = await fetch("/v1/messages", init);
    update(at, { status: response.status, decision: readDecision(response.headers) });
    const isStream = response.headers.get("content-type")?.startsWith("text/event-stream") ?? false;
    if (response.ok && response.body && isStream) await readStream(at, response.body, since);
    else await readWhole(at, response, since);
  } catch (error) {
    const stopped = init.signal.aborted;
    update(at, stopped ? { phase: "stopped" } : { phase: "failed", error: `The connection broke: ${String(error)}` });
  }
  update(at, { totalMs: since() });
  const id = current(at).decision?.requestId;
  if (id) await findRequest(id);
}

async function readWhole(at: number, response: Response, since: () => number): Promise<void> {
  const text = await response.text();
  update(at, { received: text.slice(0, KEPT_RAW) });
  if (!response.ok) return update(at, { phase: "failed", error: readError(text, response.status) });
  update(at, { phase: "done", answer: wholeAnswer(text), firstMs: since() });
}

async function readStream(at: number, body: ReadableStream<Uint8Array>, since: () => number): Promise<void> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  const events = new EventReader();
  update(at, { phase: "streaming" });
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    let { answer, firstMs, received } = current(at);
    const text = decoder.decode(part.value, { stream: true });
    if (received.length < KEPT_RAW) received += text;
    for (const event of events.push(text)) {
      answer = addEvent(answer, event);
      if (event.event === "content_block_delta") firstMs ??= since();
    }
    update(at, { answer, firstMs, received });
  }
  const { answer } = current(at);
  const error = answer.error ?? (answer.whole ? undefined : "The answer ended without its proper end.");
  update(at, error === undefined ? { phase: "done" } : { phase: "failed", error });
}

function current(at: number): Trial {
  const trial = trials.value[at];
  if (!trial) throw new Error("no such trial is running");
  return trial;
}

function update(at: number, fields: Partial<Trial>): void {
  trials.value = trials.value.map((trial, place) => (place === at ? { ...trial, ...fields } : trial));
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
