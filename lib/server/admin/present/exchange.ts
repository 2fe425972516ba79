import { maskSecret, maskUrl } from "../../../config/mask.ts";
import type { Exchange, Passage, RawHeaders } from "../../exchanges.ts";
import type { ExchangeView, PassageView } from "../views.ts";

/** One request as it travelled, fit to be shown. */
export function exchangeView({ path, request, status, answer, upstream }: Exchange): ExchangeView {
  const secrets = secretsOf([request, ...upstream.map(({ sent }) => sent)]);
  const view = (passage: Passage): PassageView => passageView(passage, secrets);
  return {
    path,
    request: view(request),
    ...(status !== undefined && { status }),
    ...(answer && { answer: view(answer) }),
    upstream: upstream.map((one) => ({
      provider: one.provider,
      url: maskUrl(one.url),
      sent: view(one.sent),
      ...(one.status !== undefined && { status: one.status }),
      ...(one.answer && { answer: view(one.answer) }),
    })),
  };
}

function passageView({ headers, body, bytes }: Passage, secrets: readonly string[]): PassageView {
  const kept = body && Buffer.concat(body);
  return {
    headers: maskHeaders(headers),
    bytes,
    ...(kept && { body: without(kept.toString("utf8"), secrets), whole: kept.length === bytes }),
  };
}

/** Shorter ones are no secrets, and words of their own. */
const SHORTEST_SECRET = 8;

/** What was sent along to open doors. A vendor may repeat in its answer the key that it refuses. */
function secretsOf(passages: readonly Passage[]): string[] {
  return passages.flatMap(({ headers }) =>
    Object.entries(headers).flatMap(([name, value]) => {
      if (value === undefined || isPlain(name)) return [];
      const [, secret] = withScheme(String(value));
      return secret.length >= SHORTEST_SECRET ? [secret] : [];
    }),
  );
}

function without(text: string, secrets: readonly string[]): string {
  return secrets.reduce((clean, secret) => clean.replaceAll(secret, maskSecret(secret)), text);
}

/** Headers that are known to hold no secret. What is not known may: it shows as a mask. */
const PLAIN = [
  /^(?:accept|content|access-control|cache|sec-fetch|x-stainless|anthropic|openai|x-ccm|x-claude-code|x-ratelimit)(?:-|$)/,
  /^(?:host|user-agent|connection|date|server|via|vary|age|etag|expect|origin|pragma|priority|transfer-encoding)$/,
  /^(?:request-id|x-request-id|retry-after|x-should-retry|x-app|x-title|http-referer|referer|keep-alive|cf-ray)$/,
];
const SECRET = /auth|key|token|secret|cookie|password/;

function maskHeaders(headers: RawHeaders): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => {
      if (value === undefined) return [];
      const text = Array.isArray(value) ? value.join(", ") : String(value);
      return [[name.toLowerCase(), isPlain(name) ? text : masked(text)]];
    }),
  );
}

function isPlain(name: string): boolean {
  const lower = name.toLowerCase();
  return PLAIN.some((known) => known.test(lower)) && (!SECRET.test(lower) || RATES.test(lower));
}

/** Counts of tokens, not tokens. */
const RATES = /ratelimit/;

/** A short one without a sign of being a secret is still not shown: nobody knows what it is. */
function masked(value: string): string {
  const [scheme, secret] = withScheme(value);
  return scheme + maskSecret(secret);
}

function withScheme(value: string): [scheme: string, secret: string] {
  const [, scheme = "", secret = value] = /^((?:Bearer|Basic|Token) +)?(.*)$/is.exec(value) ?? [];
  return [scheme, secret];
}
