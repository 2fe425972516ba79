import type { IncomingHttpHeaders } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { fetchHealth } from "../../daemon/health.ts";
import type { JournalEntry } from "../../journal/entry.ts";
import type { Terminal } from "../terminal.ts";
import { ask, type Seen } from "../trial/ask.ts";
import { ms, Timeline } from "../trial/timeline.ts";
import type { Act } from "./acts.ts";
import { DEMO_PROVIDERS } from "./demo-config.ts";
import { journalEntry, newestEntry } from "./journal.ts";
import { claudeCodeRequest } from "./request.ts";
import type { Stage } from "./stage.ts";

/** What came of one act. */
export interface Performance {
  failedAttempts: number;
  /** The client got one clean answer, and from the provider that the act is about. */
  asExpected: boolean;
}

/** Plays one act: breaks who is to be broken, asks, and shows what happens while it happens. */
export async function perform(act: Act, number: number, stage: Stage, terminal: Terminal): Promise<Performance> {
  const timeline = new Timeline(terminal);
  const { paint } = terminal;
  timeline.title(`${number}  ${act.title}`);
  for (const { name } of DEMO_PROVIDERS) stage.simulator.setFault(name, act.faults[name]);
  if (Object.keys(act.faults).length === 0) await untilHealthy(stage, timeline);

  const request = claudeCodeRequest(act.question);
  const size = (Buffer.byteLength(JSON.stringify(request.body)) / 1024).toFixed(1);
  const tools = request.body.tools?.length ?? 0;
  timeline.row("you", `“${act.question.prompt}”`);
  timeline.row(
    "asked",
    `${paint.bold(act.question.model)}, streaming, ${tools > 0 ? `${tools} tools, ` : ""}${size} KB`,
  );

  stage.say(act.answer);
  const before = (await newestEntry(stage.url))?.id;
  const answering = new AbortController();
  const watching = watchAttempts(stage.url, before, timeline, answering.signal);
  const asking = ask(stage.url, request, {
    onHead: async (_status, headers) => {
      answering.abort();
      await watching;
      const entry = await journalEntry(stage.url, idOf(headers));
      if (entry) timeline.progress(entry, true);
    },
    onText: (text) => timeline.words(text),
  }).finally(() => answering.abort());
  const [seen] = await Promise.all([asking, watching]);
  timeline.endOfWords();
  timeline.outcome(seen);
  const entry = await finishedEntry(stage.url, idOf(seen.headers));
  if (entry) timeline.served(entry);
  const asExpected = isClean(seen) && entry?.provider === act.answeredBy;
  timeline.row(
    "",
    asExpected ? paint.dim(act.moral) : paint.red(`This should have been answered by ${act.answeredBy}.`),
  );
  return { failedAttempts: (entry?.attempts ?? []).filter((attempt) => attempt.failure).length, asExpected };
}

function isClean(seen: Seen): boolean {
  return seen.status === 200 && seen.error === undefined && seen.stopReason === "end_turn" && seen.text !== "";
}

function idOf(headers: IncomingHttpHeaders): string {
  return String(headers["x-ccm-request-id"] ?? "");
}

const POLL_MS = 40;

/** Tells of each failed attempt as soon as the journal knows it, until somebody answers. */
async function watchAttempts(url: string, before: string | undefined, timeline: Timeline, answering: AbortSignal) {
  while (!answering.aborted) {
    const entry = await newestEntry(url);
    if (entry && entry.id !== before && !answering.aborted) timeline.progress(entry, false);
    await sleep(POLL_MS);
  }
}

/** The journal is written behind the last byte, so it may be a moment late. */
async function finishedEntry(url: string, id: string): Promise<JournalEntry | undefined> {
  for (let tries = 0; tries < 50; tries++) {
    const entry = await journalEntry(url, id);
    if (entry && entry.outcome !== "running") return entry;
    await sleep(10);
  }
  return undefined;
}

const PATIENCE_MS = 30_000;

/** Waits until no provider is cooling down any more; usually there is nothing to wait for. */
async function untilHealthy(stage: Stage, timeline: Timeline): Promise<void> {
  const began = Date.now();
  let told = false;
  while (Date.now() - began < PATIENCE_MS) {
    const health = await fetchHealth(stage.url, 1_000);
    const cooling = (health?.providers ?? []).filter((provider) => provider.state === "cooling");
    if (health && cooling.length === 0) break;
    if (!told) timeline.row("waiting", `for the cooldown of ${cooling.map(({ name }) => name).join(" and ")} …`);
    told = true;
    await sleep(50);
  }
  if (told) timeline.row("", `over after ${ms(Date.now() - began)}`);
}
