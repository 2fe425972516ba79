import { maskSecret, maskUrl } from "../../../config/mask.ts";
import type { Exchange, Passage, RawHeaders } from "../../exchanges.ts";
import type { ExchangeView, PassageView } from "../views.ts";

/** One request as it travelled, fit to be shown. */
export function exchangeView({ path, request, status, answer, upstream }: Exchange): ExchangeView {
  return {
    path,
    request: passageView(request),
    ...(status !== undefined && { status }),
    ...(answer && { answer: passageView(answer) }),
    upstream: upstream.map((one) => ({
      provider: one.provider,
      url: maskUrl(one.url),
      sent: passageView(one.sent),
      ...(one.status !== undefined && { status: one.status }),
      ...(one.answer && { answer: passageView(one.answer) }),
    })),
  };
}

function passageView({ headers, body, bytes }: Passage): PassageView {
  const kept = body && Buffer.concat(body);
  return {
    headers: maskHeaders(headers),
    bytes,
    ...(kept && { body: kept.toString("utf8"), whole: kept.length === bytes }),
  };
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
      const lower = name.toLowerCase();
      const isPlain = PLAIN.some((known) => known.test(lower)) && (!SECRET.test(lower) || RATES.test(lower));
      return [[lower, isPlain ? text : masked(text)]];
    }),
  );
}

/** Counts of tokens, not tokens. */
const RATES = /ratelimit/;

/** A short one without a sign of being a secret is still not shown: nobody knows what it is. */
function masked(value: string): string {
  const [, scheme = "", secret = value] = /^((?:Bearer|Basic|Token) +)?(.*)$/is.exec(value) ?? [];
  return scheme + maskSecret(secret);
}
