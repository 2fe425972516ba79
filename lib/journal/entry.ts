import type { Usage } from "../anthropic/types.ts";
import type { FailureReason } from "../catalog/failure-reasons.ts";
import type { WireId } from "../catalog/wire-ids.ts";

/** One try at one provider. Times in ms; `at` counts from the start of the request. */
export interface AttemptRecord {
  provider: string;
  model: string;
  wire: WireId;
  at: number;
  ms: number;
  /** HTTP status of the upstream, where it answered. */
  status?: number;
  /** Absent when the attempt served the request. */
  failure?: FailureReason;
  message?: string;
  /** The failure was simulated on request. */
  simulated?: boolean;
  /** Started beside an attempt that had not begun to answer in its usual time. */
  hedged?: boolean;
  /** Stopped, or not used, because another attempt answered; no failure of its provider. */
  lost?: boolean;
  /** Oddities of the answer that were mended or put up with, in plain words. */
  notes?: string[];
  /** What the request went without the second time: a field that the provider said it does not take. */
  repaired?: string;
  /** The upstream's own id of the request, for its support. */
  requestId?: string;
  /** What the upstream counted for this attempt; absent where it told nothing. */
  usage?: Usage;
  /** US dollars; absent where usage or price is not known. */
  cost?: number;
}

/** What became of one request. Holds no body and no secret. */
export interface JournalEntry {
  id: string;
  /** Epoch ms. */
  time: number;
  path: string;
  session?: string;
  /** `x-claude-code-request-class`, where the client sent it. */
  class?: string;
  requested: string;
  rule: string;
  reason: string;
  /** The configured model. */
  model: string;
  /** Who answered, and with which of its models. */
  provider?: string;
  upstreamModel?: string;
  stream: boolean;
  attempts: AttemptRecord[];
  /** HTTP status that the client got. */
  status: number;
  /** `declined`: the client was asked for another form of the request, which it then sends by itself. */
  outcome: "running" | "ok" | "failed" | "cut" | "cancelled" | "declined";
  stopReason?: string;
  /** From the request's arrival to the first content sent. */
  ttftMs?: number;
  totalMs: number;
  usage?: Usage;
  /** US dollars for all attempts together; absent where the price of one of them is not known. */
  cost?: number;
  /** US dollars that the same tokens would have cost at the requested model's own vendor, by list price; absent: not known. */
  listCost?: number;
  /** How often the client broke off, asked the same again at once, and so came back to this answer. */
  comebacks?: number;
  bytesIn: number;
  bytesOut: number;
  error?: string;
  /** The answer broke after content at provider `from` and was brought to its end by `to`; `at` in ms from the start. */
  rescue?: { kind: "restart" | "continue"; from: string; to: string; at: number };
}
