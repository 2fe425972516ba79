/**
 * A vendor's own reasoning state, carried in the `signature` of a thinking block: the client gives it back untouched with
 * the conversation, and so we keep nothing ourselves.
 */
export interface Carrier {
  /** What kind of state: the field in which the vendor wants it back. */
  kind: string;
  /** Catalogue id of the provider's type. */
  provider: string;
  /** The upstream's model id. */
  model: string;
  /** The state itself; absent where the block's own text is all there is. */
  data?: unknown;
}

const MARK = "ccm1.";

/** The carrier as a signature: printable ASCII without quotes. */
export function packCarrier({ kind, provider, model, data }: Carrier): string {
  return MARK + Buffer.from(JSON.stringify({ k: kind, p: provider, m: model, d: data })).toString("base64url");
}

/** @returns undefined for a signature that is not ours, or not any more */
export function readCarrier(signature: unknown): Carrier | undefined {
  if (typeof signature !== "string" || !signature.startsWith(MARK)) return undefined;
  try {
    const { k, p, m, d } = JSON.parse(Buffer.from(signature.slice(MARK.length), "base64url").toString("utf8"));
    if (typeof k !== "string" || typeof p !== "string" || typeof m !== "string") return undefined;
    return { kind: k, provider: p, model: m, ...(d !== undefined && { data: d }) };
  } catch {
    return undefined; // cut or edited on its way: the thinking counts as a stranger's
  }
}
