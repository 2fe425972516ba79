import { type IncomingHttpHeaders, request } from "node:http";
import { performance } from "node:perf_hooks";
import { SseReader } from "../../anthropic/sse/reader.ts";
import type { MessagesBody } from "../../anthropic/types.ts";

/** A request to `/v1/messages`. */
export interface MessagesRequest {
  headers: Readonly<Record<string, string>>;
  body: MessagesBody;
}

/** What a client sees of one streamed answer. Times in ms since the request was sent. */
export interface Seen {
  status: number;
  headers: IncomingHttpHeaders;
  /** When the first word came; undefined when none did. */
  firstWordMs: number | undefined;
  totalMs: number;
  text: string;
  /** The tools that it calls. `input`: JSON, as far as it came. */
  calls: { name: string; input: string }[];
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
export function ask(url: string, { headers, body }: MessagesRequest, listener: Listener): Promise<Seen> {
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
        calls: [],
        events: [],
        stopReason: undefined,
        error: undefined,
      };
      readAnswer(response, seen, listener, since).then(
        () => resolve(seen),
        (error: Error) => {
          if (response.errored !== error) return reject(error);
          resolve({ ...seen, totalMs: since(), error: "the connection broke" });
        },
      );
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
  content_block?: { type?: string; name?: string };
  delta?: { type?: string; text?: string; partial_json?: string; stop_reason?: string };
  error?: { message?: string };
}

/** @returns the words that the event adds */
function noteEvent(seen: Seen, event: StreamEvent): string | undefined {
  if (event.type === "error") seen.error = event.error?.message ?? "error";
  if (event.type === "message_delta") seen.stopReason = event.delta?.stop_reason;
  if (event.type === "content_block_start" && event.content_block?.type === "tool_use")
    seen.calls.push({ name: event.content_block.name ?? "", input: "" });
  const call = seen.calls.at(-1);
  if (event.delta?.type === "input_json_delta" && call) call.input += event.delta.partial_json ?? "";
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
