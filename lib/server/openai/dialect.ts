import type { IncomingHttpHeaders, IncomingMessage } from "node:http";

/** Paths that only OpenAI's API has, whether or not they exist here. */
const OPENAI_ONLY = new RegExp(
  `^/v1/(?:${[
    ...["chat", "responses", "completions", "conversations", "embeddings", "moderations", "images", "audio", "videos"],
    ...["uploads", "fine_tuning", "vector_stores", "assistants", "threads", "realtime", "evals"],
  ].join("|")})(?:/|$)`,
);
/** Paths that both have: Anthropic's clients are known by their headers. */
const SHARED = /^\/v1\/(?:models|files|batches)(?:\/|$)/;

/** Does the client of this path expect OpenAI's shapes? */
export function speaksOpenAi(path: string, headers: IncomingHttpHeaders): boolean {
  if (!SHARED.test(path)) return OPENAI_ONLY.test(path);
  return headers["anthropic-version"] === undefined && headers["x-api-key"] === undefined;
}

/** What is told whoever asks for a path of `/v1` that does not exist here. */
export function notHere({ method, headers }: Pick<IncomingMessage, "method" | "headers">, path: string): string {
  const missing = `${method} ${path} does not exist here`;
  const hint = baseUrlHint(path);
  if (hint !== "") return missing + hint;
  if (!speaksOpenAi(path, headers)) return missing;
  return path.startsWith("/v1/responses/")
    ? `${missing}: nothing is stored, so a response cannot be asked for again`
    : `${missing}; there are POST /v1/chat/completions, POST /v1/responses and GET /v1/models`;
}

/** How the paths end that clients put behind their base URL. */
const ASKED_FOR = /\/(?:messages(?:\/count_tokens)?|chat\/completions|responses|models)\/?$/;

/** What helps a client whose base URL is not the one that its protocol wants; empty for other paths. */
export function baseUrlHint(path: string): string {
  if (!ASKED_FOR.test(path) || path.replace(ASKED_FOR, "") === "/v1") return "";
  return ": the base URL is the server's address alone for clients of Anthropic's protocol, such as Claude Code, and the address with /v1 for clients of OpenAI's";
}
