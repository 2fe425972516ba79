import type { Usage } from "../anthropic/types.ts";
import { addUsage, NO_USAGE } from "../anthropic/usage.ts";

/** Work that a vendor does beside the answer and bills, but does not count among the answer's tokens. */
export interface Aside {
  usage: Usage;
  /** Absent: the model that answers. */
  model?: string;
}

/** Advice of another model, and the summary of a conversation that has become too long. */
const ASIDE_TYPES: ReadonlySet<unknown> = new Set(["advisor_message", "compaction"]);

interface Iteration extends Usage {
  type?: unknown;
  model?: unknown;
}

/**
 * Anthropic tells each step of an answer in `usage.iterations`; the totals beside it leave these out.
 * https://platform.claude.com/docs/en/build-with-claude/compaction
 */
export function asidesOf(usage: Usage): Aside[] {
  const { iterations } = usage as Usage & { iterations?: unknown };
  if (!Array.isArray(iterations)) return NONE;
  return (iterations as (Iteration | null)[]).flatMap((step) => {
    if (!step || !ASIDE_TYPES.has(step.type)) return [];
    const { type: _type, model, ...counts } = step;
    return [{ usage: { ...NO_USAGE, ...counts }, ...(typeof model === "string" && { model }) }];
  });
}

const NONE: Aside[] = [];

/** All tokens that are billed, in one account. */
export function withAsides(usage: Usage): Usage {
  return asidesOf(usage).reduce((sum, aside) => addUsage(sum, aside.usage), usage);
}
