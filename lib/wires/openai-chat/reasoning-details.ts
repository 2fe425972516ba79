/**
 * OpenRouter's `reasoning_details`: entries of type `reasoning.text` (with a signature), `reasoning.summary` and
 * `reasoning.encrypted`, which have to come back as they were.
 * @see https://openrouter.ai/docs/guides/best-practices/reasoning-tokens
 */
export interface ReasoningDetail {
  type: string;
  index?: number;
  text?: string;
  summary?: string;
  data?: string;
  signature?: string | null;
  [key: string]: unknown;
}

/**
 * Puts together what streams send in fragments: those of one index and type are one entry, until it is signed and text
 * begins anew. Encrypted data come whole.
 */
export function addDetail(details: ReasoningDetail[], fragment: ReasoningDetail): void {
  const entry = details.findLast(({ type, index }) => type === fragment.type && index === fragment.index);
  if (!entry || !continues(entry, fragment, entry === details.at(-1))) {
    details.push({ ...fragment });
    return;
  }
  for (const [key, value] of Object.entries(fragment)) {
    if (value === null || value === undefined) continue;
    const joins = (key === "text" || key === "summary") && typeof value === "string";
    entry[key] = joins ? `${(entry[key] as string | undefined) ?? ""}${value}` : value;
  }
}

function continues(entry: ReasoningDetail, fragment: ReasoningDetail, isLast: boolean): boolean {
  if (fragment.index === undefined && !isLast) return false;
  if (fragment.data !== undefined && entry.data !== undefined && fragment.data !== entry.data) return false;
  return !(entry.signature && fragment.text);
}

/** What of the details a reader can read. */
export function detailText({ text, summary }: ReasoningDetail): string {
  return text ?? summary ?? "";
}

/** The usable entries of a `reasoning_details` field. */
export function readDetails(value: unknown): ReasoningDetail[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry?.type === "string") : [];
}
