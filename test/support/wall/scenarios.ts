import type { Frame, Part } from "../../../lib/simulator/wire.ts";
import { ANSWER } from "./answer.ts";
import type { Exchange } from "./exchange.ts";
import { framesOf, prefillOf, type Speech, speechOf, wholeOf } from "./speech.ts";

/** How long things take, in ms. */
export const TIMES = {
  retryAfter: 1_000,
  /** Before the first word of a slow answer. */
  slow: 1_500,
  /** Of a stream that falls silent. */
  stall: 2_000,
  /** How long the flapping provider is down. */
  down: 1_500,
  word: 1,
} as const;

const CUT_AFTER = 40;
const STALL_AFTER = 20;
const BAD_LINE_AT = 10;

/** How the wall answers a model's name. */
export type Behaviour = (exchange: Exchange, speech: Speech) => void | Promise<void>;

const TEXT: readonly Part[] = [{ type: "text", text: ANSWER }];
const STREAM = { "content-type": "text/event-stream; charset=utf-8" };

/** Answers well: from its beginning, or from where the request's last turn has got to. */
export const healthy: Behaviour = async (exchange, speech) => {
  const said = prefillOf(exchange.request)?.trimEnd() ?? "";
  const rest = ANSWER.startsWith(said) ? ANSWER.slice(said.length) : ANSWER;
  const parts: Part[] = [{ type: "text", text: rest }];
  if (!exchange.request.stream) return exchange.json(200, wholeOf(speech, parts));
  exchange.head(200, STREAM);
  await play(exchange, framesOf(speech, parts));
  exchange.end();
};

function refuses(status: number, type: string, message: string, headers: Record<string, string> = {}): Behaviour {
  return (exchange, { wire }) => exchange.json(status, wire.error(status, type, message), headers);
}

/** An OpenAI error's code, which is where its vendors say what is meant. */
function refusesWithCode(code: string, message: string): Behaviour {
  return (exchange, { wire }) => {
    const body = wire.error(400, "invalid_request_error", message) as { error: Record<string, unknown> };
    exchange.json(400, wire.name === "anthropic" ? body : { error: { ...body.error, code, param: "messages" } });
  };
}

function once(first: Behaviour): Behaviour {
  return (exchange, speech) => (exchange.request.attempt === 1 ? first : healthy)(exchange, speech);
}

/** Says so many words, then does what `then` says. */
function breaksAfter(words: number, then: (exchange: Exchange) => void | Promise<void>): Behaviour {
  return async (exchange, speech) => {
    const frames = framesOf(speech, TEXT);
    if (!exchange.request.stream) {
      const body = JSON.stringify(wholeOf(speech, TEXT));
      exchange.head(200, { "content-type": "application/json", "content-length": String(Buffer.byteLength(body)) });
      exchange.write(body.slice(0, body.length >> 1));
      return then(exchange);
    }
    exchange.head(200, STREAM);
    const places = frames.flatMap(({ at }, index) => (at === "text" ? [index] : []));
    await play(exchange, frames.slice(0, (places[words] ?? 0) + 1));
    return then(exchange);
  };
}

const overloaded = refuses(503, "overloaded_error", "The engine is currently overloaded. Please try again later.");
const cut = breaksAfter(CUT_AFTER, (exchange) => exchange.close());

/** The sixteen faults of the public bench for gateways, and the two fall-backs that it uses. */
export const BEHAVIOURS: Readonly<Record<string, Behaviour>> = {
  ok: healthy,
  "ok-noprefill": (exchange, speech) => {
    if (prefillOf(exchange.request) === undefined) return healthy(exchange, speech);
    const message =
      "This model does not support assistant message prefill. The conversation must end with a user message.";
    return refusesWithCode("invalid_prefill", message)(exchange, speech);
  },
  s01: once(
    refuses(429, "rate_limit_error", "Rate limit reached.", { "retry-after": String(TIMES.retryAfter / 1000) }),
  ),
  s02: refuses(429, "rate_limit_error", "Rate limit reached."),
  s03: once(refuses(500, "server_error", "The server had an error while processing your request.")),
  s04: overloaded,
  s05: once((exchange) => exchange.reset()),
  s06: async (exchange) => {
    await exchange.pause(TIMES.stall * 5);
  },
  s07: async (exchange, speech) => {
    if (exchange.request.stream) exchange.head(200, STREAM);
    if (!(await exchange.pause(TIMES.slow))) return;
    if (!exchange.request.stream) return healthy(exchange, speech);
    await play(exchange, framesOf(speech, TEXT));
    exchange.end();
  },
  s08: cut,
  s09: breaksAfter(STALL_AFTER, async (exchange) => {
    await exchange.pause(TIMES.stall);
    exchange.close();
  }),
  s10: async (exchange, speech) => {
    if (!exchange.request.stream) {
      const half = JSON.stringify(wholeOf(speech, TEXT)).slice(0, -40);
      exchange.head(200, { "content-type": "application/json", "content-length": String(Buffer.byteLength(half) + 6) });
      return exchange.write(`${half}"oops,`);
    }
    exchange.head(200, STREAM);
    const frames = framesOf(speech, TEXT);
    const name = speech.wire.name === "anthropic" ? "event: content_block_delta\n" : "";
    await play(exchange, frames.slice(0, BAD_LINE_AT));
    exchange.write(`${name}data: {"id": "x", "choices": [{"delta": {"content": \n\n`);
    await play(exchange, frames.slice(BAD_LINE_AT));
    exchange.end();
  },
  s11: async (exchange, speech) => {
    if (!exchange.request.stream) return healthy(exchange, speech);
    exchange.head(200, STREAM);
    const last = speech.wire.name === "anthropic" ? "event: message_stop" : "data: [DONE]";
    await play(
      exchange,
      framesOf(speech, TEXT).filter(({ bytes }) => !bytes.startsWith(last)),
    );
    exchange.end();
  },
  s12: refusesWithCode(
    "context_length_exceeded",
    "This model's maximum context length is 8192 tokens. However, your messages resulted in 9631 tokens. Please reduce the length of the messages.",
  ),
  s13: refusesWithCode("content_policy_violation", "Your request was rejected as a result of our safety system."),
  s14: cut,
  s15: (exchange, speech) => (exchange.request.at < TIMES.down ? overloaded : healthy)(exchange, speech),
  s16: overloaded,
};

/** Sends events one by one, with a breath after each word. */
export async function play(exchange: Exchange, frames: readonly Frame[]): Promise<void> {
  for (const { at, bytes } of frames) {
    exchange.write(bytes);
    if (at === "text" && !(await exchange.pause(TIMES.word))) return;
  }
}

/** Answers every request as the model's name says, up to a `~`: what follows tells apart who asks. */
export async function behave(exchange: Exchange): Promise<void> {
  const behaviour = BEHAVIOURS[exchange.request.model.split("~")[0] ?? ""];
  const speech = speechOf(exchange.request);
  if (behaviour) return behaviour(exchange, speech);
  exchange.json(404, speech.wire.error(404, "not_found_error", `The model ${exchange.request.model} does not exist`));
}
