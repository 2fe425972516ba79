import type { IncomingMessage, ServerResponse } from "node:http";
import { BadBody, type InboundRequest, readRequest } from "../anthropic/request.ts";
import type { ClientReply } from "../relay/client-reply.ts";
import { BodyError, readBody } from "./body.ts";
import type { ServerContext } from "./context.ts";
import { clientReply, replyError } from "./reply.ts";
import { newRequestId, serve } from "./serve.ts";

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
  const inbound = await readInbound(request, client, id);
  if (!inbound) return;
  const asked = { path, headers: inbound.headers, body: inbound.raw };
  await context.comebacks.serve(asked, client, (reply) =>
    serve({ inbound, reply, client: reply, id, arrived, path }, context),
  );
}

/** Reads the body; answers itself and returns undefined when it is none. */
export async function readInbound(
  request: IncomingMessage,
  reply: ClientReply,
  id: string,
): Promise<InboundRequest | undefined> {
  try {
    return readRequest(await readBody(request), lowerHeaders(request));
  } catch (error) {
    refuseBody(error, reply, id);
    return undefined;
  }
}

/** Answers for a body that cannot be read. @throws what is nobody's body's fault */
export function refuseBody(error: unknown, reply: ClientReply, requestId: string): void {
  if (error instanceof BadBody) replyError(reply, 400, error.message, { requestId });
  else if (error instanceof BodyError)
    replyError(reply, error.status, error.message, { requestId, headers: { connection: "close" } });
  else throw error;
}

/** Node joins what came more than once, but for a few that it gives as lists. */
export function lowerHeaders(request: IncomingMessage): Record<string, string | undefined> {
  const headers: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(request.headers))
    headers[name] = Array.isArray(value) ? value.join(", ") : value;
  return headers;
}
