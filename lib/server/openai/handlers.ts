import type { IncomingMessage, ServerResponse } from "node:http";
import { BadBody, type InboundRequest, readRequest } from "../../anthropic/request.ts";
import { isTooDeep, MAX_DEPTH } from "../../anthropic/scan.ts";
import type { MessagesBody } from "../../anthropic/types.ts";
import { readBody } from "../body.ts";
import { Asked } from "../comebacks.ts";
import type { ServerContext } from "../context.ts";
import { lowerHeaders, refuseBody, sizeOf } from "../messages.ts";
import { clientReply } from "../reply.ts";
import { newRequestId, serve } from "../serve.ts";
import { recordUnserved } from "../unserved.ts";
import { fromChat } from "./chat-request.ts";
import { extrasOf, refuseImpossible } from "./extras.ts";
import { BadOpenAiRequest, isLoose, type Loose } from "./parts.ts";
import { chatAnswer, type OpenAiAnswer, openAiReply, responsesAnswer } from "./reply.ts";
import { fromResponses } from "./responses-request.ts";

/** One of OpenAI's protocols: how a request is read and how an answer is said. */
interface Protocol {
  request(body: Loose): MessagesBody;
  answer(body: Loose, now: number): OpenAiAnswer;
}

const CHAT: Protocol = { request: fromChat, answer: chatAnswer };
const RESPONSES: Protocol = { request: fromResponses, answer: responsesAnswer };

/** `POST /v1/chat/completions` */
export function handleChat(request: IncomingMessage, response: ServerResponse, context: ServerContext): Promise<void> {
  return handle(CHAT, request, response, context);
}

/** `POST /v1/responses` */
export function handleResponses(
  request: IncomingMessage,
  response: ServerResponse,
  context: ServerContext,
): Promise<void> {
  return handle(RESPONSES, request, response, context);
}

async function handle(
  protocol: Protocol,
  request: IncomingMessage,
  response: ServerResponse,
  context: ServerContext,
): Promise<void> {
  const arrived = performance.now();
  const id = newRequestId();
  const path = request.url ?? "";
  const headers = lowerHeaders(request);
  const plain = clientReply(response);
  let answer = protocol.answer({}, Date.now());
  try {
    const read = await readOpenAi(protocol, request, headers, (body) => {
      answer = protocol.answer(body, Date.now());
    });
    await context.comebacks.serve(read.asked, plain, (client) =>
      serve({ ...read, reply: openAiReply(client, answer), client, id, arrived, path }, context),
    );
  } catch (error) {
    const reply = openAiReply(plain, answer);
    const told = refuseBody(error instanceof BadOpenAiRequest ? new BadBody(error.message) : error, reply, id);
    recordUnserved(context, { id, path, headers, arrived, bytesIn: sizeOf(headers) }, told);
  }
}

/**
 * Reads the request and says it in Anthropic's words. Apart from who awaits the answer, so that nothing of this is kept for so long.
 * @param onBody told the body as it came
 * @throws {BadOpenAiRequest} {BadBody} {BodyError}
 */
async function readOpenAi(
  protocol: Protocol,
  request: IncomingMessage,
  headers: Asked["headers"],
  onBody: (body: Loose) => void,
): Promise<{ inbound: InboundRequest; asked: Asked }> {
  const raw = await readBody(request);
  const body = parsed(raw);
  onBody(body);
  refuseImpossible(body);
  const translated = Buffer.from(JSON.stringify(protocol.request(body)));
  const inbound = readRequest(translated, ownHeaders(headers), extrasOf(body));
  return { inbound, asked: new Asked(request.url ?? "", headers, raw) };
}

/** What OpenAI's SDKs tell of themselves would look to Anthropic as though one of its own had told it. */
function ownHeaders(headers: Readonly<Record<string, string | undefined>>): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith("x-stainless-")));
}

function parsed(raw: Buffer): Loose {
  if (isTooDeep(raw)) throw new BadBody(`the body nests deeper than ${MAX_DEPTH} levels`);
  let body: unknown;
  try {
    body = JSON.parse(raw.toString("utf8"));
  } catch {
    throw new BadBody("the body is not valid JSON"); // the parser's own message quotes it, which must not get into a log
  }
  if (!isLoose(body)) throw new BadBody("the body must be a JSON object");
  return body;
}
