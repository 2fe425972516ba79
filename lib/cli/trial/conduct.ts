import { get } from "node:http";
import { json } from "node:stream/consumers";
import type { JournalEntry } from "../../journal/entry.ts";
import type { Terminal } from "../terminal.ts";
import { ask, type Seen } from "./ask.ts";
import { isComplete, Timeline } from "./timeline.ts";
import { type Trial, trialRequest } from "./trial-request.ts";
import { watchSession } from "./watch.ts";

export type { Trial };

export interface TrialResult {
  /** What the client got. */
  seen: Seen;
  /** What the journal says of it; undefined for a request that the server turned away at the door. */
  entry: JournalEntry | undefined;
}

/** The server, as somebody may ask it who may also watch it. */
export interface Place {
  url: string;
  /** Secret. */
  adminToken: string | undefined;
}

/** The journal is written behind the last byte. */
const JOURNAL_MS = 2_000;

/**
 * Sends one real request through the running server.
 * @param terminal where it is told while it happens; undefined: nowhere
 */
export async function conduct(place: Place, trial: Trial, terminal: Terminal | undefined): Promise<TrialResult> {
  const timeline = terminal && new Timeline(terminal, { explains: true });
  const request = trialRequest(trial);
  const prompt = String(request.body.messages[0]?.content);
  timeline?.row("asked", `${terminal?.paint.bold(trial.model)}, streaming: “${prompt}”`);
  let answering = false;
  const watch = await watchSession(place.url, place.adminToken, trial.session, (entry) => {
    if (!answering) timeline?.progress(entry, false);
  });
  try {
    const seen = await ask(place.url, request, {
      async onHead(status, headers) {
        answering = true;
        const entry = await entryOf(place, String(headers["x-ccm-request-id"] ?? ""));
        if (entry) timeline?.progress(entry, status === 200);
      },
      onText: (text) => timeline?.words(text),
    });
    timeline?.endOfWords();
    const entry = await watch.final(JOURNAL_MS);
    if (entry) timeline?.progress(entry, isAnswered(entry)); // one may have broken after it had begun
    timeline?.outcome(seen);
    if (entry && isComplete(seen)) timeline?.served(entry);
    return { seen, entry };
  } finally {
    watch.close();
  }
}

function isAnswered({ attempts }: JournalEntry): boolean {
  return attempts.at(-1)?.failure === undefined;
}

function entryOf({ url, adminToken }: Place, id: string): Promise<JournalEntry | undefined> {
  const headers = adminToken ? { authorization: `Bearer ${adminToken}` } : {};
  return new Promise((resolve, reject) => {
    get(`${url}/api/journal/${encodeURIComponent(id)}`, { headers, agent: false }, (response) => {
      if (response.statusCode === 200) return json(response).then((entry) => resolve(entry as JournalEntry), reject);
      response.resume();
      resolve(undefined);
    }).on("error", reject);
  });
}
