import { scanTopLevel } from "../anthropic/scan.ts";
import { REFUSED_FIELD_TEXTS } from "../catalog/failure-signals.ts";
import { readWords } from "./failures.ts";
import { withoutHalfCharacters } from "./half-characters.ts";
import { dropFields } from "./shared/fields.ts";
import { bytesOf } from "./shared/json-body.ts";
import { quirksOf } from "./shared/quirks.ts";
import type { Target, UpstreamRequest } from "./wire.ts";

/** Codes with which OpenAI and its like say that `param` names a field that is not taken. */
const FIELD_CODES = new Set(["unsupported_parameter", "unsupported_value", "unknown_parameter"]);

/** Without these a request means something else, or nothing. */
const MEANING = new Set([
  ...["model", "messages", "input", "contents", "system", "instructions", "systemInstruction", "tools", "stream"],
  ...["response_format", "text", "format", "generationConfig", "type", "role", "content", "parts", "name", "arguments"],
  ...["id", "call_id", "tool_call_id", "tool_use_id", "function", "parameters", "input_schema", "source", "image_url"],
  // Only a client of OpenAI's protocols asks for these, and relies on them.
  ...["seed", "logit_bias", "frequency_penalty", "presence_penalty", "frequencyPenalty", "presencePenalty"],
]);

/** State of reasoning that another account was given, or that has become unreadable. */
const UNREADABLE_STATE =
  /invalid_encrypted_content|encrypted[ _]content.{0,80}(?:could not be verified|was not issued)/is;

/** What is known of so many providers and models. */
const MOST_KNOWN = 256;

type Json = Record<string, unknown>;

/** A request that may be sent once more. */
export interface Repair {
  /** What it goes without, in plain words. */
  without: string;
  request: UpstreamRequest;
}

/**
 * Mends requests that a provider refuses because of a single field that it does not take: once without it, and from then
 * on never with it to that provider and model. Kept in memory only, so that a start gives every field another chance.
 * Halves of characters are mended for every provider: no client mends those.
 */
export class Repairs {
  readonly #known = new Map<string, string[]>();

  /** The request without what this provider is known to refuse. */
  apply(request: UpstreamRequest, target: Target): UpstreamRequest {
    const paths = this.#known.get(keyOf(target));
    return paths ? without(request, paths) : request;
  }

  /**
   * @param request as it was refused
   * @param refusal the body of the refusal
   * @returns undefined where nothing can be left out, or where that is the client's own business
   */
  mend(request: UpstreamRequest, target: Target, status: number, refusal: Buffer): Repair | undefined {
    if (status !== 400 && status !== 422) return undefined;
    const whole = withoutHalfCharacters(String(request.body));
    if (whole !== undefined) return { without: "halves of characters", request: { ...request, body: whole } };
    if (clientMends(target)) return undefined;
    const body = parse(String(request.body)) as Json | undefined;
    if (!body) return undefined;
    const text = refusal.toString("utf8");
    if (UNREADABLE_STATE.test(text)) return withoutState(request, body);
    const named = fieldIn(text);
    const path = named === undefined ? undefined : pathIn(body, named);
    if (path === undefined || !isDispensable(body, path)) return undefined;
    this.#remember(target, path);
    return { without: path, request: withBody(request, () => dropFields(body, [path])) };
  }

  #remember(target: Target, path: string): void {
    const key = keyOf(target);
    const paths = [...(this.#known.get(key) ?? []), path];
    this.#known.delete(key);
    this.#known.set(key, paths);
    const [oldest] = this.#known.keys();
    if (this.#known.size > MOST_KNOWN && oldest !== undefined) this.#known.delete(oldest);
  }
}

/** The field that a refusal names, as the vendor writes its path; undefined where it is about something else. */
export function fieldIn(refusal: string): string | undefined {
  const parsed = parse(refusal);
  const { error } = (parsed ?? {}) as { error?: { code?: unknown; param?: unknown } };
  if (typeof error?.param === "string" && FIELD_CODES.has(String(error.code))) return error.param;
  const message = readWords(parsed)?.message ?? refusal;
  for (const text of REFUSED_FIELD_TEXTS) {
    const field = text.exec(message)?.groups?.field;
    if (field !== undefined) return field;
  }
  return undefined;
}

/**
 * Where in the body that field is, as a path for `dropFields`. Vendors write places in lists (`tools.0`, `tools[0]`) and
 * names of variants that are no keys (`content.0.thinking.cache_control`); a bare name may stand anywhere.
 */
export function pathIn(body: Json, field: string): string | undefined {
  const steps = field
    .split(/[.[\]]+/)
    .filter((step) => step !== "" && !/^\d+$/.test(step))
    .filter((step, at) => at > 0 || step !== "body");
  const [only, ...others] = steps;
  if (only === undefined) return undefined;
  return (resolve(body, steps) ?? (others.length === 0 ? search(body, only) : undefined))?.join(".");
}

function resolve(value: unknown, [step, ...rest]: string[]): string[] | undefined {
  if (step === undefined) return undefined;
  if (Array.isArray(value)) return firstOf(value, (item) => resolve(item, [step, ...rest]));
  if (typeof value !== "object" || value === null) return undefined;
  if (!Object.hasOwn(value, step)) return resolve(value, rest);
  if (rest.length === 0) return [step];
  const deeper = resolve((value as Json)[step], rest);
  return deeper && [step, ...deeper];
}

function search(value: unknown, name: string): string[] | undefined {
  if (Array.isArray(value)) return firstOf(value, (item) => search(item, name));
  if (typeof value !== "object" || value === null) return undefined;
  if (Object.hasOwn(value, name)) return [name];
  return firstOf(Object.entries(value), ([key, inner]) => {
    const deeper = search(inner, name);
    return deeper && [key, ...deeper];
  });
}

function firstOf<T>(items: readonly T[], find: (item: T) => string[] | undefined): string[] | undefined {
  for (const item of items) {
    const found = find(item);
    if (found) return found;
  }
  return undefined;
}

/** A choice of tools may go where it only says what goes without saying. */
function isDispensable(body: Json, path: string): boolean {
  if (path === "tool_choice") {
    const choice = body.tool_choice as { type?: unknown } | string;
    return choice === "auto" || (typeof choice === "object" && choice?.type === "auto");
  }
  return (
    !MEANING.has(path.slice(path.lastIndexOf(".") + 1)) && !/^(?:tools\.)?.*(?:parameters|input_schema)\./.test(path)
  );
}

/** Claude Code mends what Anthropic's own API, or a server that takes its betas, refuses. */
function clientMends({ type, model }: Target): boolean {
  return quirksOf(type, model).betas === "pass";
}

/** Nothing is remembered: the state of the next answer will be readable. */
function withoutState(request: UpstreamRequest, body: Json): Repair | undefined {
  const items = Array.isArray(body.input) ? (body.input as Json[]) : [];
  const kept = items.filter(({ type }) => type !== "reasoning");
  if (kept.length === items.length) return undefined;
  return { without: "earlier reasoning", request: withBody(request, () => ({ ...body, input: kept })) };
}

/** Fields of the body itself are cut out of its bytes: what is known is done with every request, and most are such. */
function without(request: UpstreamRequest, paths: readonly string[]): UpstreamRequest {
  const bytes = bytesOf(request.body);
  const top = scanTopLevel(bytes);
  if (!top || paths.some((path) => path.includes("."))) return withBody(request, (body) => dropFields(body, paths));
  const kept = [...top].filter(([name]) => !paths.includes(name));
  if (kept.length === top.size) return request;
  const parts = kept.flatMap(([name, { start, end }], at) => [
    Buffer.from(`${at === 0 ? "{" : ","}${JSON.stringify(name)}:`),
    bytes.subarray(start, end),
  ]);
  return { ...request, body: Buffer.concat([...parts, Buffer.from(kept.length === 0 ? "{}" : "}")]) };
}

function withBody(request: UpstreamRequest, change: (body: Json) => Json): UpstreamRequest {
  const body = parse(String(request.body)) as Json | undefined;
  if (!body) return request;
  const changed = change(body);
  return changed === body ? request : { ...request, body: JSON.stringify(changed) };
}

function keyOf({ provider, model }: Target): string {
  return `${provider}\n${model}`;
}

function parse(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined; // a refusal may be plain text
  }
}
