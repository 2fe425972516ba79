import type { IncomingMessage, ServerResponse } from "node:http";
import { retryHeaders } from "../anthropic/errors.ts";
import { BadBody, type InboundRequest, readRequest } from "../anthropic/request.ts";
import type { ClientReply } from "../relay/client-reply.ts";
import { BodyError, readBody } from "./body.ts";
import { Asked } from "./comebacks.ts";
import type { ServerContext } from "./context.ts";
import { clientReply, replyError } from "./reply.ts";
import { newRequestId, serve } from "./serve.ts";
import { recordUnserved } from "./unserved.ts";

/** A body that did not come in time may do so the next time. */
const TOO_SLOW = 408;

/** `POST /v1/messages` */
export async function handleMessages(
  request: IncomingMessage,
  response: ServerResponse,
  context: ServerContext,
): Promise<void> {
  const arrived = performance.now();
  const id = newRequestId();
  const path = request.url ?? "";
  const client = clientReply(response);
  const inbound = await readInbound(request, client, id, (told) => {
    const headers = lowerHeaders(request);
    recordUnserved(context, { id, path, headers, arrived, bytesIn: sizeOf(headers) }, told);
  });
  if (!inbound) return;
  const asked = new Asked(path, inbound.headers, inbound.raw);
  await context.comebacks.serve(asked, client, (reply) =>
    serve({ inbound, asked, reply, client: reply, id, arrived, path }, context),
  );
}

/**
 * Reads the body; answers itself and returns undefined when it is none.
 * @param onRefused is then told what was answered
 */
export async function readInbound(
  request: IncomingMessage,
  reply: ClientReply,
  id: string,
  onRefused?: (told: Told) => void,
): Promise<InboundRequest | undefined> {
  try {
    return readRequest(await readBody(request), lowerHeaders(request));
  } catch (error) {
    const told = refuseBody(error, reply, id);
    onRefused?.(told);
    return undefined;
  }
}

/** What a client was answered. */
interface Told {
  status: number;
  message: string;
}

/** As the client announces it: a body that is too large is not read to its end. */
export function sizeOf(headers: Readonly<Record<string, string | undefined>>): number {
  return Number(headers["content-length"] ?? 0) || 0;
}

/** Answers for a body that cannot be read. @throws what is nobody's body's fault */
export function refuseBody(error: unknown, reply: ClientReply, requestId: string): Told {
  if (error instanceof BadBody) {
    replyError(reply, 400, error.message, { requestId });
    return { status: 400, message: error.message };
  }
  if (!(error instanceof BodyError)) throw error;
  const headers = { connection: "close", ...(error.status === TOO_SLOW && retryHeaders(true, 0)) };
  replyError(reply, error.status, error.message, { requestId, headers });
  return error;
}

/** As Node has read them: what came more than once is joined. Only `set-cookie` would be a list, and no client has cookies to set. */
export function lowerHeaders({ headers }: IncomingMessage): Record<string, string | undefined> {
  if (headers["set-cookie"] === undefined) return headers as Record<string, string | undefined>;
  const { "set-cookie": _, ...rest } = headers;
  return rest as Record<string, string | undefined>;
}
