import { packCarrier, readCarrier } from "../shared/carrier.ts";
import { hashed } from "../shared/session-key.ts";
import type { Target } from "../wire.ts";
import type { Part } from "./protocol.ts";

/**
 * Stands where a signature is wanted and none is known, because the call is another vendor's or was forgotten. Google
 * documents it for histories that were not made by Gemini.
 * @see https://ai.google.dev/gemini-api/docs/thought-signatures
 */
export const SKIP_SIGNATURE = "skip_thought_signature_validator";

/** What has to be given back with a function call. */
export interface CallState {
  signature?: string;
  /** The upstream's own id. */
  id?: string;
}

/** What a thinking block carries through the client for the parts that follow it, and for itself. */
export interface CarriedState {
  /** Signature of the thought that the block shows. */
  thought?: string;
  /** By the client's tool_use id. */
  calls?: Record<string, CallState>;
  /** Calls of Google's own tools and their results, to be given back at this place as they came. */
  parts?: Part[];
}

const KIND = "gemini";

/** State as the `signature` of a thinking block. */
export function packState(state: CarriedState, { type, model }: Target): string {
  const data = Object.keys(state).length > 0 ? { data: state } : {};
  return packCarrier({ kind: KIND, provider: type.id, model, ...data });
}

/** @returns undefined for the thinking of anybody but this very model at this provider */
export function readState(signature: unknown, { type, model }: Target): CarriedState | undefined {
  const carrier = readCarrier(signature);
  if (carrier?.kind !== KIND || carrier.provider !== type.id || carrier.model !== model) return undefined;
  return typeof carrier.data === "object" && carrier.data !== null ? (carrier.data as CarriedState) : {};
}

interface Remembered {
  state: CallState;
  provider: string;
  model: string;
  /** Epoch ms. */
  at: number;
}

const MOST_ENTRIES = 4096;
const LONGEST_MS = 24 * 3600 * 1000;

/**
 * Signatures by what they belong to, in memory: thinking blocks carry them too, but the client removes those when its user
 * changes the model. Bounded; what was used least recently goes first.
 */
export class SignatureMemory {
  readonly #entries = new Map<string, Remembered>();
  readonly #now: () => number;
  readonly #most: number;

  /** @param now epoch ms */
  constructor(now: () => number = Date.now, most = MOST_ENTRIES) {
    this.#now = now;
    this.#most = most;
  }

  remember(key: string, state: CallState, { type, model }: Target): void {
    this.#entries.delete(key);
    this.#entries.set(key, { state, provider: type.id, model, at: this.#now() });
    if (this.#entries.size <= this.#most) return;
    const [oldest] = this.#entries.keys();
    if (oldest !== undefined) this.#entries.delete(oldest);
  }

  /** @returns undefined for what is unknown, too old, or another model's */
  recall(key: string, { type, model }: Target): CallState | undefined {
    const found = this.#entries.get(key);
    if (!found) return undefined;
    this.#entries.delete(key);
    if (this.#now() - found.at > LONGEST_MS) return undefined;
    this.#entries.set(key, found);
    return found.provider === type.id && found.model === model ? found.state : undefined;
  }
}

/**
 * Under what a text's signature is remembered: the client has no place for it on a text. Undefined without a session,
 * because the same words may well occur in two conversations.
 */
export function textKey(session: string | undefined, text: string): string | undefined {
  return session === undefined ? undefined : `text ${session} ${hashed(text)}`;
}
