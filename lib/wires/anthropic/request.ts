import type { InboundRequest } from "../../anthropic/request.ts";
import { spliceBody } from "../../anthropic/splice.ts";
import type { Message, MessagesBody } from "../../anthropic/types.ts";
import { claudeTraits } from "../../catalog/claude-traits.ts";
import { extraFields } from "../shared/extras.ts";
import { jsonBody } from "../shared/json-body.ts";
import type { Target, UpstreamRequest } from "../wire.ts";
import { type Fit, fitModel, withoutThinking } from "./fit-model.ts";
import { lacksThinking, mayHoldStrangers, withLegalIds, withoutStrangers, withReminders } from "./history.ts";
import { thirdPartyBody } from "./third-party.ts";

/** Where the client names none; Claude Code sends this one. */
const DEFAULT_VERSION = "2023-06-01";

/** Client headers that every Anthropic-protocol upstream gets. */
const ALWAYS = ["user-agent", "anthropic-version"] as const;

/** Prefixes and names of client headers that only Anthropic itself gets: betas, and what tells of session and machine. */
const ANTHROPIC_ONLY = /^(?:anthropic-|x-claude-|x-stainless-|x-app$)/;

/**
 * The request as it came, with only the model's name replaced and the subagent tag taken out, wherever that will do. More
 * is changed for vendors other than Anthropic, for a model other than the requested one, and where the conversation holds
 * what other vendors made.
 */
export function messagesRequest(inbound: InboundRequest, target: Target): UpstreamRequest {
  extraFields(inbound.extras, target, {});
  const changed = passes(target) ? { body: ownBody(inbound, target) } : thirdPartyBody(inbound, target);
  return {
    method: "POST",
    url: `${apiBase(target.baseUrl)}/v1/messages${passes(target) ? betaQuery(inbound) : ""}`,
    headers: requestHeaders(inbound, target),
    ...changed,
  };
}

/** The body for Claude itself, wherever it is hosted. Bytes are spliced where nothing inside the conversation has to change. */
export function ownBody(inbound: InboundRequest, { model, capabilities }: Target): UpstreamRequest["body"] {
  const { facts, signs } = inbound;
  const isMeant = facts.model === model && !inbound.extras;
  const traits = isMeant ? undefined : claudeTraits(model);
  const fit = traits && { ...traits, maxOutput: capabilities.maxOutput ?? traits.maxOutput };
  const strangers = mayHoldStrangers(inbound);
  const foreignIds = signs.foreignId && claudeTraits(model) !== undefined;
  if (!strangers && !foreignIds && (!fit || fit.midSystem || !signs.system)) {
    const fields = fit ? fieldsFor(inbound, model, fit) : NO_FIELDS;
    if (fields) return spliceBody(inbound, { model, removeSubagentTag: true, fields });
  }
  let body = JSON.parse(String(spliceBody(inbound, { model, removeSubagentTag: true }))) as MessagesBody;
  if (foreignIds) body = { ...body, messages: withLegalIds(body.messages) };
  if (strangers) body = { ...body, messages: withoutStrangers(body.messages) };
  if (fit) {
    if (!fit.midSystem) body = { ...body, messages: withReminders(body.messages) };
    body = fitModel(body, fit);
  }
  const isBare = (strangers || fit) && body.thinking?.type === "enabled" && lacksThinking(body.messages);
  return jsonBody(isBare ? withoutThinking(body) : body);
}

/** What changes beside the conversation. A model that thinks by budget may not begin to in the middle of a round of tools. */
function fieldsFor(inbound: InboundRequest, model: string, fit: Fit): ReadonlyMap<string, unknown> | undefined {
  const fields = fittedFields(inbound, model, fit, true);
  const thinking = fields?.get("thinking") as MessagesBody["thinking"];
  if (thinking?.type !== "enabled" || !lacksThinking(lastAnswer(inbound))) return fields;
  return fittedFields(inbound, model, fit, false);
}

/** The last message of the assistant, if any: read by itself, for the whole may be megabytes. */
function lastAnswer({ raw, messages }: InboundRequest): Message[] {
  try {
    for (const { start, end } of messages.toReversed()) {
      const message = JSON.parse(raw.toString("utf8", start, end)) as Message | null;
      if (message?.role === "assistant") return [message];
    }
  } catch {
    return []; // a bad escape: whoever reads the whole body will say so
  }
  return [];
}

const NO_FIELDS: ReadonlyMap<string, unknown> = new Map();

/** Fields that are long and that fitting to a model does not look at. */
const LONG_FIELDS = ["messages", "system", "tools"];

/** What became of the short fields of the latest requests: from turn to turn of a conversation they stay the same. */
const fitted = new Map<string, ReadonlyMap<string, unknown> | undefined>();
const MOST_FITTED = 32;
/** Fields that are longer together are read each time. In bytes. */
const LONGEST_KEY = 4096;

/** `changedFields`, remembered. */
function fittedFields(
  inbound: InboundRequest,
  model: string,
  fit: Fit,
  thinks: boolean,
): ReadonlyMap<string, unknown> | undefined {
  const [first] = inbound.top.keys();
  let key = `${model}\n${fit.maxOutput}\n${thinks}\n${first}`;
  for (const [name, { start, end }] of inbound.top) {
    if (LONG_FIELDS.includes(name)) continue;
    if (key.length + end - start > LONGEST_KEY) return changedFields(inbound, fit, thinks);
    key += `,"${name}":${inbound.raw.toString("latin1", start, end)}`;
  }
  if (!fitted.has(key)) {
    if (fitted.size >= MOST_FITTED) fitted.clear();
    fitted.set(key, changedFields(inbound, fit, thinks));
  }
  return fitted.get(key);
}

/**
 * What fitting to the model changes beside the conversation.
 * @param thinks false: it is not to think, whatever the request says
 * @returns undefined where the fields cannot be read or changed one by one
 */
function changedFields({ raw, top }: InboundRequest, fit: Fit, thinks: boolean): Map<string, unknown> | undefined {
  const short = [...top].filter(([name]) => !LONG_FIELDS.includes(name));
  const texts = new Map(short.map(([name, { start, end }]) => [name, raw.toString("utf8", start, end)]));
  try {
    const given = Object.fromEntries([...texts].map(([name, text]) => [name, JSON.parse(text)]));
    const fitting = fitModel({ ...given, messages: [] } as unknown as MessagesBody, fit);
    const wanted: Record<string, unknown> = thinks ? fitting : withoutThinking(fitting);
    const names = new Set([...Object.keys(given), ...Object.keys(wanted)].filter((name) => name !== "messages"));
    const changed = [...names].filter((name) => JSON.stringify(given[name]) !== JSON.stringify(wanted[name]));
    const [first] = top.keys();
    if (changed.some((name) => name === first && wanted[name] === undefined)) return undefined;
    return new Map(changed.map((name) => [name, wanted[name]]));
  } catch {
    return undefined; // a bad escape: whoever reads the whole body will say so
  }
}

/** The same for counting: the endpoint takes the same body. */
export function countRequest(inbound: InboundRequest, target: Target): UpstreamRequest {
  const request = messagesRequest(inbound, target);
  return { ...request, url: request.url.replace("/v1/messages", "/v1/messages/count_tokens") };
}

export function requestHeaders(inbound: InboundRequest, target: Target): Record<string, string> {
  const headers: Record<string, string> = {
    "content-type": "application/json",
    accept: "application/json",
    "accept-encoding": "identity",
    "anthropic-version": DEFAULT_VERSION,
  };
  for (const name of ALWAYS) {
    const value = inbound.headers[name];
    if (value !== undefined) headers[name] = value;
  }
  if (!passes(target)) return headers;
  for (const [name, value] of Object.entries(inbound.headers))
    if (value !== undefined && ANTHROPIC_ONLY.test(name)) headers[name] = value;
  return headers;
}

/** Does the target take Anthropic's own headers? Others refuse betas that they do not know. */
export function passes(target: Target): boolean {
  return target.type.quirks?.betas === "pass";
}

function betaQuery(inbound: InboundRequest): string {
  return inbound.headers["anthropic-beta"] === undefined ? "" : "?beta=true";
}

/** Users write base URLs with and without `/v1`; both mean the same. */
function apiBase(baseUrl: string): string {
  return baseUrl.replace(/\/v1$/, "");
}
