import { createHash } from "node:crypto";

const LEGAL = /^[a-zA-Z0-9_-]{1,64}$/;
const KEPT = 55;
/** Anthropic takes longer ones. */
const LEGAL_AT_ANTHROPIC = /^[a-zA-Z0-9_-]{1,128}$/;

/**
 * The name under which a tool is shown to the upstream: its own where it is legal there (`[a-zA-Z0-9_-]`, 64 characters),
 * else a legal one that begins alike and ends in a hash of the original, the same every time.
 */
export function upstreamToolName(name: string): string {
  if (LEGAL.test(name)) return name;
  const hash = createHash("sha256").update(name).digest("hex").slice(0, 8);
  return `${name.replace(/[^a-zA-Z0-9_-]/g, "_").slice(0, KEPT)}_${hash}`;
}

/** A name that stands in a history as every server of Anthropic's protocol takes it. */
export function legalToolName(name: string): string {
  return LEGAL_AT_ANTHROPIC.test(name) ? name : upstreamToolName(name);
}

/** The tools of one request by the name that the upstream knows. */
export type ToolNames = ReadonlyMap<string, string>;

/** @returns upstream name → the client's name */
export function toolNames(names: readonly string[]): ToolNames {
  return new Map(names.map((name) => [upstreamToolName(name), name]));
}

/**
 * The client's name of the tool that a model called. Some models put a namespace before it (`default_api:Read`), which
 * goes when the rest is a tool of the request. A name that the model made up stays in the conversation, so it is made legal:
 * Claude would refuse all that follows.
 */
export function clientToolName(called: string, names: ToolNames): string {
  const known = names.get(called);
  if (known !== undefined) return known;
  const bare = /^[\w-]+[.:](.+)$/.exec(called)?.[1];
  return (bare !== undefined && names.get(bare)) || legalToolName(called);
}
