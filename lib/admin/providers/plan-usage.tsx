import type { LoginView } from "../../server/admin/views.ts";
import { now } from "../state/clock.ts";
import { ago, span } from "../words/format.ts";

/** How much of a plan is used up, window by window, as the vendor last said. */
export function PlanUsage({ usage }: { usage: NonNullable<LoginView["usage"]> }) {
  return (
    <div class="plan-usage">
      {usage.windows.map(({ window, used, resets_at }) => {
        const share = Math.round(used * 100);
        return (
          <div key={window}>
            <p class="small">
              {window}: <b>{share} %</b> used
              {resets_at !== undefined && (
                <span class="muted"> · anew in {span(Math.max(0, (resets_at - now.value) / 1_000))}</span>
              )}
            </p>
            <meter
              class={used > 0.9 ? "bad" : used > 0.7 ? "warn" : ""}
              min={0}
              max={1}
              value={used}
              aria-label={`${window} used`}
            />
          </div>
        );
      })}
      <p class="small muted">
        {usage.overage && "Beyond the plan: further requests are billed. "}As of {ago(usage.seen_at, now.value)}.
      </p>
    </div>
  );
}
