/** @module What was used, what it cost, and when. */
import type { BudgetConfig } from "../../../config/schema.ts";
import type { BudgetView } from "../../../journal/budget.ts";
import type { UsageReport } from "../../../journal/usage-report.ts";

/** Answer of `GET /api/usage`: the sums that were asked for, and how far each limit of the budget is used up. */
export interface UsageView extends UsageReport {
  /** Empty where no limit is set. */
  budgets: BudgetView[];
  /** Share of a limit from which on Claude Code is told; absent without a budget, as is the next. */
  warn_at?: number;
  /** What becomes of requests beyond a limit. */
  at_stop?: BudgetConfig["at_stop"];
  /** With `cheaper`: the model that serves them. */
  at_stop_model?: string;
}

/** One step of a chart. Money in US dollars, times in ms. */
export interface ChartBucket {
  /** Its beginning, in epoch ms. */
  time: number;
  ok: number;
  failed: number;
  /** Of those that are ok: served by a later provider. */
  saved: number;
  tokens_in: number;
  tokens_out: number;
  /** Of requests whose price is known. */
  cost: number;
  /** To the first token; absent where nobody got one. */
  first_p50?: number;
  first_p95?: number;
}

/** Answer of `GET /api/chart`. */
export interface ChartView {
  bucket_ms: number;
  items: ChartBucket[];
}
