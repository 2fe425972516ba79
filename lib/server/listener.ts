import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { errorTypeOf } from "../anthropic/errors.ts";
import type { ServerContext } from "./context.ts";
import { handleCountTokens } from "./count-tokens.ts";
import { type GuardedRequest, guard, isSameMachine, type Refused } from "./guard.ts";
import { handleMessages } from "./messages.ts";
import { modelList, openaiModel, openaiModelList } from "./models.ts";
import { notHere, speaksOpenAi } from "./openai/dialect.ts";
import { openAiError } from "./openai/errors.ts";
import { sendError, sendJson } from "./reply.ts";
import { newRequestId } from "./serve.ts";
import { healthAnswer } from "./status.ts";
import { logUnforeseen } from "./unforeseen.ts";

type Handler = (request: IncomingMessage, response: ServerResponse, context: ServerContext) => Promise<void> | void;

/**
 * The routes that are answered without Hono: those of the data plane, whose time counts, and the small ones that are
 * asked before anybody has opened the page. Everything else is declared in the Hono app, which is loaded on first use.
 */
const HOT_ROUTES: Readonly<Record<string, Handler>> = {
  "POST /v1/messages": handleMessages,
  "POST /v1/messages/count_tokens": handleCountTokens,
  "POST /v1/chat/completions": async (...args) => (await import("./openai/handlers.ts")).handleChat(...args),
  "POST /v1/responses": async (...args) => (await import("./openai/handlers.ts")).handleResponses(...args),
  "GET /v1/models": (request, response, { config, startedAt }) => {
    if (speaksOpenAi("/v1/models", request.headers))
      return sendJson(response, 200, openaiModelList(config.settings, startedAt));
    const data = modelList(config.settings, startedAt);
    sendJson(response, 200, { data, has_more: false, first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null });
  },
  "GET /health": ({ socket }, response, context) => {
    // The rest names providers, folders and errors: nothing for a neighbour in the network.
    const { status, ...rest } = healthAnswer(context);
    sendJson(response, 200, isSameMachine(socket) ? { status, ...rest } : { status });
  },
  "GET /metrics": async (_request, response, context) => {
    const { METRICS_TYPE, metricsText } = await import("./metrics.ts");
    response.writeHead(200, { "content-type": METRICS_TYPE }).end(metricsText(context));
  },
  "GET /api/hello": (_request, response) => sendJson(response, 200, { ok: true }),
  "HEAD /api/hello": (_request, response) => void response.writeHead(200).end(),
  "HEAD /": (_request, response) => void response.writeHead(200).end(),
  "HEAD /health": (_request, response) => void response.writeHead(200).end(),
};

/** A 404 that is not about the model, as OpenAI tells it. */
const UNKNOWN_PATH = { status: 404, code: "unknown_url" };

/** `GET /v1/models/ID`, where the id may hold slashes. */
const MODEL_PATH = /^\/v1\/models\/(.+)$/;

/**
 * Takes every request.
 * @param app handles what is no hot route; loaded on first use
 */
export function createListener(context: ServerContext, app: () => Promise<RequestListener>): RequestListener {
  return (request, response) => {
    const [path = "/"] = (request.url ?? "/").split("?", 1);
    const refused = guard(guarded(request, path), context.config.settings.server);
    if (refused) {
      // A client with a wrong key is somebody's mistake; a web page that is kept out need not fill the log.
      if (refused.status === 401 && path.startsWith("/v1/"))
        context.log.write("warn", `refused ${request.method} ${path}`, { status: 401, error: refused.message });
      return refuse(path, request, response, refused);
    }
    dispatch(request, response, path).catch((error: unknown) => fail(error, path, request, response));
  };

  async function dispatch(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    const hot = HOT_ROUTES[`${request.method} ${path}`];
    if (hot) return hot(request, response, context);
    const model = request.method === "GET" ? MODEL_PATH.exec(path)?.[1] : undefined;
    if (model !== undefined) return oneModel(decoded(model), path, request, response, context);
    if (path.startsWith("/v1/"))
      return apiError(path, request, response, { ...UNKNOWN_PATH, message: notHere(request, path) });
    (await app())(request, response);
  }

  function fail(error: unknown, path: string, request: IncomingMessage, response: ServerResponse): void {
    const id = newRequestId();
    void logUnforeseen(context, "a request failed inside the server", error, { id });
    const message = `an error inside the proxy; its log has the details under ${id}`;
    if (response.headersSent) response.destroy();
    else apiError(path, request, response, { status: 500, message, requestId: id });
  }
}

function isHost(name: string | undefined): boolean {
  return name?.length === 4 && name.toLowerCase() === "host";
}

function guarded(request: IncomingMessage, path: string): GuardedRequest {
  let hostHeaders = 0;
  for (let i = 0; i < request.rawHeaders.length; i += 2) if (isHost(request.rawHeaders[i])) hostHeaders++;
  return {
    method: request.method ?? "GET",
    path,
    headers: request.headers,
    hostHeaders,
    localAddress: request.socket.localAddress,
  };
}

function refuse(path: string, request: IncomingMessage, response: ServerResponse, { status, message }: Refused): void {
  const headers = { connection: "close", "x-should-retry": "false" };
  if (path.startsWith("/v1/")) return apiError(path, request, response, { status, message, headers });
  sendJson(response, status, { error: { code: status === 401 ? "unauthorized" : "refused", message } }, headers);
}

interface ApiError extends Refused {
  /** OpenAI's, where the status alone would mean another. */
  code?: string;
  requestId?: string;
  headers?: Record<string, string>;
}

/** An error in the envelope that the client expects. */
function apiError(path: string, request: IncomingMessage, response: ServerResponse, error: ApiError): void {
  const { status, message, code, ...options } = error;
  if (!speaksOpenAi(path, request.headers)) return sendError(response, status, message, options);
  const { requestId, headers } = options;
  const ids = requestId !== undefined && { "x-request-id": requestId, "x-ccm-request-id": requestId };
  const told = { error: { ...openAiError(errorTypeOf(status), message), ...(code !== undefined && { code }) } };
  sendJson(response, status, told, { "x-should-retry": "false", ...ids, ...headers });
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a stray percent sign: no model is called so, and the answer says it
  }
}

function oneModel(
  id: string,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
  { config, startedAt }: ServerContext,
): void {
  const { models } = config.settings;
  const found = speaksOpenAi(path, request.headers)
    ? models.has(id) && openaiModel(id, startedAt)
    : modelList(config.settings, startedAt).find((model) => model.id === id);
  if (found) return sendJson(response, 200, found);
  const message = `there is no model ${JSON.stringify(id)}; defined are: ${[...models.keys()].join(", ") || "none"}`;
  apiError(path, request, response, { status: 404, message });
}
