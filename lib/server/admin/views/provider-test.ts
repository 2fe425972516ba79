/** @module What came of trying a provider out. */
import type { WireId } from "../../../catalog/wire-ids.ts";

/** One thing that a provider was asked for, and what came of it. */
export interface ProviderCheck {
  id: "key" | "models" | "answer" | "stream" | "tools" | "vision";
  label: string;
  /** `unclear`: it answered, but not in a way that shows it. `skipped`: it was not asked, and `detail` says why. */
  outcome: "ok" | "failed" | "unclear" | "skipped";
  /** A sentence; the vendor's own words where it failed. */
  detail: string;
  /** HTTP status, where there was one. */
  status?: number;
  ms?: number;
  /** The key or login was refused. */
  refused?: true;
}

/** Answer of `POST /api/providers/NAME/test`. */
export interface ProviderTestView {
  provider: string;
  wire: WireId;
  /** The model that was asked. */
  model?: string;
  /** Claude Code would get answers from it; tools and images are told, but not counted. */
  ok: boolean;
  /** All of it in one sentence. */
  message: string;
  ms: number;
  checks: ProviderCheck[];
}
