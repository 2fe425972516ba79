/** @module Where a stream breaks, and how: what the tests of failures share. */
import type { Frame, Part } from "../../../lib/simulator/wire.ts";
import type { Exchange } from "./exchange.ts";
import { play } from "./scenarios.ts";
import { framesOf, type Speech, wholeOf } from "./speech.ts";

/** How long a provider that falls silent stays on the line; longer than any limit of a test. */
const SILENCE_MS = 4_000;

/** How it breaks. */
export const BREAKS = {
  reset: (exchange) => exchange.reset(),
  closed: (exchange) => exchange.close(),
  silent: async (exchange) => void (await exchange.pause(SILENCE_MS)),
  ended: (exchange) => exchange.end(),
} as const satisfies Readonly<Record<string, (exchange: Exchange) => void | Promise<void>>>;

export type Break = keyof typeof BREAKS;

/** Where it breaks: behind how many of the events. -1: the answer has nothing of the kind. */
export const POSITIONS = {
  "before content": (frames) => frames.findIndex(({ at }) => at !== "start"),
  "in thinking": (frames) => middleOf("thinking", frames),
  "in text": (frames) => middleOf("text", frames),
  "in a tool call": (frames) => middleOf("tool", frames),
  "before the end": (frames) => frames.findIndex(({ at }) => at === "end"),
} as const satisfies Readonly<Record<string, (frames: readonly Frame[]) => number>>;

export type Position = keyof typeof POSITIONS;

function middleOf(part: Frame["at"], frames: readonly Frame[]): number {
  const places = frames.flatMap(({ at }, index) => (at === part ? [index] : []));
  const middle = places[places.length >> 1];
  return middle === undefined ? -1 : middle + 1;
}

/** Streams an answer up to a position, then does what is asked. */
export async function streamUntil(
  position: Position,
  exchange: Exchange,
  speech: Speech,
  parts: readonly Part[],
  then: (exchange: Exchange) => void | Promise<void>,
): Promise<void> {
  const frames = framesOf(speech, parts);
  exchange.head(200, { "content-type": "text/event-stream" });
  await play(exchange, frames.slice(0, POSITIONS[position](frames)));
  // What was written leaves first: a reset would overtake it.
  await exchange.pause(30);
  await then(exchange);
}

/** Sends half of an answer that was not to be streamed, then does what is asked. */
export async function halfOfWhole(
  exchange: Exchange,
  speech: Speech,
  parts: readonly Part[],
  then: (exchange: Exchange) => void | Promise<void>,
): Promise<void> {
  const body = JSON.stringify(wholeOf(speech, parts));
  exchange.head(200, { "content-type": "application/json", "content-length": String(Buffer.byteLength(body)) });
  exchange.write(body.slice(0, body.length >> 1));
  await exchange.pause(30);
  await then(exchange);
}
