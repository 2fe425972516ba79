import type { IncomingMessage, ServerResponse } from "node:http";
import { estimateTokens } from "../anthropic/estimate.ts";
import type { InboundRequest } from "../anthropic/request.ts";
import type { Mapping } from "../config/settings.ts";
import { isCredential } from "../credentials/credential.ts";
import { collect } from "../relay/collect.ts";
import { CallFailed, decodedBody } from "../relay/upstream.ts";
import { loadWire } from "../wires/index.ts";
import { addressed, CannotCarry } from "../wires/wire.ts";
import type { ServerContext } from "./context.ts";
import { readInbound } from "./messages.ts";
import { clientReply, sendError, sendJson } from "./reply.ts";
import { newRequestId, route } from "./serve.ts";

/** A count is asked for in the middle of typing: better an estimate now than the truth late. */
const PATIENCE_MS = 5_000;
/** More than this is no count. */
const MAX_COUNT_BYTES = 64 * 1024;

/** `POST /v1/messages/count_tokens`: asked upstream where the provider can count, else estimated here. */
export async function handleCountTokens(
  request: IncomingMessage,
  response: ServerResponse,
  context: ServerContext,
): Promise<void> {
  const id = newRequestId();
  const inbound = await readInbound(request, clientReply(response), id);
  if (!inbound) return;
  const decision = route(inbound, context.config.settings, context);
  if ("kind" in decision && decision.kind === "unknown_model") {
    sendError(response, 404, decision.message, { requestId: id });
    return;
  }
  const first = "kind" in decision ? undefined : decision.candidates[0]?.mapping;
  const counted = first && (await askUpstream(inbound, first, context));
  const headers = { "x-ccm-request-id": id, "x-ccm-count": counted === undefined ? "estimated" : "upstream" };
  sendJson(response, 200, { input_tokens: counted ?? estimateTokens(inbound) }, headers);
}

/** @returns undefined when the provider cannot count, or does not in time */
async function askUpstream(
  inbound: InboundRequest,
  mapping: Mapping,
  { relay, log }: ServerContext,
): Promise<number | undefined> {
  const { provider, model, capabilities } = mapping;
  if (!provider.type.countTokens) return undefined;
  const wire = await loadWire(provider.wire);
  const credential = await relay.credentials.find(provider, 0, inbound);
  // A login may lead to another API than a key does, one that does not count.
  if (!wire.countTokens || !isCredential(credential) || credential.access?.type.countTokens === false) return undefined;
  try {
    const { type, baseUrl, project = provider.project } = credential.access ?? provider;
    const { location } = provider;
    const query = credential.access ? undefined : provider.query;
    const target = { provider: provider.name, type, baseUrl, query, model, capabilities, project, location };
    const request = addressed(wire.countTokens.request(inbound, target), target);
    const headers = { ...request.headers, ...provider.headers, ...credential.headers };
    const timeouts = { connectMs: PATIENCE_MS, firstByteMs: PATIENCE_MS };
    const call = relay.pool.call({ ...request, headers }, timeouts, false);
    const answer = await call.response;
    const { timers } = relay;
    const limits = { idleMs: PATIENCE_MS, limit: MAX_COUNT_BYTES, partial: false };
    const body = await collect(await decodedBody(answer), { call, timers, ...limits });
    return answer.statusCode === 200 ? wire.countTokens.read(body) : undefined;
  } catch (error) {
    if (
      !(
        error instanceof CallFailed ||
        error instanceof CannotCarry ||
        error instanceof SyntaxError ||
        isTransport(error)
      )
    )
      throw error;
    log.write("debug", `${provider.name} did not count tokens: ${error.message}`);
    return undefined;
  }
}

function isTransport(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "code" in error;
}
