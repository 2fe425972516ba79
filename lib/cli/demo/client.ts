import { get, type IncomingHttpHeaders, request } from "node:http";
import { performance } from "node:perf_hooks";
import { SseReader } from "../../anthropic/sse/reader.ts";
import type { JournalEntry } from "../../journal/entry.ts";
import type { DemoRequest } from "./request.ts";

/** What a client sees of one streamed answer. Times in ms since the request was sent. */
export interface Seen {
  status: number;
  headers: IncomingHttpHeaders;
  /** When the first word came; undefined when none did. */
  firstWordMs: number | undefined;
  totalMs: number;
  text: string;
  /** Every event in order, by name. */
  events: string[];
  stopReason: string | undefined;
  /** The error's words, where the answer was one. */
  error: string | undefined;
}

export interface Listener {
  /** The status line and headers have come; what this returns is waited for before words are handed on. */
  onHead(status: number, headers: IncomingHttpHeaders): Promise<void>;
  onText(text: string): void;
}

/** Sends a streaming request as Claude Code would, and reads the answer as it comes. */
export function ask(url: string, { headers, body }: DemoRequest, listener: Listener): Promise<Seen> {
  const began = performance.now();
  const since = () => Math.round(performance.now() - began);
  return new Promise((resolve, reject) => {
    const outgoing = request(`${url}/v1/messages?beta=true`, { method: "POST", headers, agent: false });
    outgoing.on("error", reject);
    outgoing.on("response", (response) => {
      const seen: Seen = {
        status: response.statusCode ?? 0,
        headers: response.headers,
        firstWordMs: undefined,
        totalMs: 0,
        text: "",
        events: [],
        stopReason: undefined,
        error: undefined,
      };
      readAnswer(response, seen, listener, since).then(() => resolve(seen), reject);
    });
    outgoing.end(JSON.stringify(body));
  });
}

async function readAnswer(
  response: AsyncIterable<Buffer>,
  seen: Seen,
  listener: Listener,
  since: () => number,
): Promise<void> {
  await listener.onHead(seen.status, seen.headers);
  if (seen.status !== 200) {
    const parts: Buffer[] = [];
    for await (const part of response) parts.push(part);
    seen.error = errorText(Buffer.concat(parts).toString("utf8"));
    seen.totalMs = since();
    return;
  }
  const reader = new SseReader();
  for await (const chunk of response) {
    for (const { event, data } of reader.push(chunk)) {
      seen.events.push(event);
      const text = noteEvent(seen, JSON.parse(data) as StreamEvent);
      if (text === undefined) continue;
      seen.firstWordMs ??= since();
      listener.onText(text);
    }
  }
  seen.totalMs = since();
}

interface StreamEvent {
  type: string;
  delta?: { type?: string; text?: string; stop_reason?: string };
  error?: { message?: string };
}

/** @returns the words that the event adds */
function noteEvent(seen: Seen, event: StreamEvent): string | undefined {
  if (event.type === "error") seen.error = event.error?.message ?? "error";
  if (event.type === "message_delta") seen.stopReason = event.delta?.stop_reason;
  if (event.type !== "content_block_delta" || event.delta?.type !== "text_delta") return undefined;
  const text = event.delta.text ?? "";
  seen.text += text;
  return text;
}

function errorText(body: string): string {
  try {
    return (JSON.parse(body) as { error?: { message?: string } }).error?.message ?? body;
  } catch {
    return body; // not JSON: the words themselves are all there is
  }
}

/** What the server's journal says of a request; undefined when it does not know it. */
export async function journalEntry(url: string, id: string): Promise<JournalEntry | undefined> {
  const answer = await getJson(`${url}/api/journal/${encodeURIComponent(id)}`);
  return answer.status === 200 ? (answer.body as JournalEntry) : undefined;
}

/** The request that came last, whether it has ended or not. */
export async function newestEntry(url: string): Promise<JournalEntry | undefined> {
  const answer = await getJson(`${url}/api/journal?limit=1`);
  return (answer.body as { items?: JournalEntry[] }).items?.[0];
}

function getJson(url: string): Promise<{ status: number; body: unknown }> {
  return new Promise((resolve, reject) => {
    get(url, { agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (part: string) => {
        text += part;
      });
      response.on("end", () => {
        try {
          resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) });
        } catch {
          reject(new Error(`${url} did not answer with JSON`));
        }
      });
      response.on("error", reject);
    }).on("error", reject);
  });
}
