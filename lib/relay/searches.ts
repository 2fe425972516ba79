import type { InboundRequest } from "../anthropic/request.ts";
import type { Failure, FailureReason } from "../catalog/failure-reasons.ts";
import type { Mapping } from "../config/settings.ts";
import { isSearch, withoutSearch } from "../wires/shared/local-answer.ts";
import type { Run, Step } from "./run.ts";

/** The mapping as this request takes it: some vendors search the web over another of their APIs only. */
export function wayOf(mapping: Mapping, inbound: InboundRequest): Mapping {
  const { search } = mapping.provider;
  return search && isSearch(inbound) ? { ...mapping, provider: search } : mapping;
}

/** What a vendor says of the search, and not of the request, when asked for one. */
const REFUSED: readonly FailureReason[] = ["bad_request", "capability"];
/** The like at an API that is asked for searches only: the key, or the plan, may be good for the other one all the same. */
const REFUSED_ASIDE: readonly FailureReason[] = [
  "auth",
  "forbidden",
  "billing",
  "quota_window",
  "model_quota_window",
  "model_missing",
];

/**
 * A refusal of a request for nothing but a web search means that this vendor does not do it: another may, and if none does,
 * the client is told so in words. Anthropic's own refusals stay as they are: its clients know them.
 * @param failure changed accordingly; without secrets
 */
export function readRefusedSearch(run: Run, { mapping: { provider } }: Step, failure: Failure): void {
  const { inbound } = run.job;
  const { type, name, isForSearch } = provider;
  const { reason, status } = failure;
  // Without a status it may be our own word on a request that nobody can read.
  const isRefused = REFUSED.includes(reason) ? status !== undefined : isForSearch && REFUSED_ASIDE.includes(reason);
  if (!isRefused || type.quirks?.betas === "pass" || !isSearch(inbound)) return;
  failure.reason = "capability";
  const words = [failure.message, isForSearch ? type.searchAt?.whenRefused : undefined];
  const told = words.filter((text) => text !== undefined).map((text) => text.replace(/\.$/, ""));
  const why = `the provider "${name}" refused it${status === undefined ? "" : ` (HTTP ${status})`}: ${told.join(". ")}`;
  run.lastResort ??= withoutSearch(inbound, run.messageId, why);
}
