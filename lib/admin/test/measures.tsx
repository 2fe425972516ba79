import { Facts } from "../parts/facts.tsx";
import { dollars, duration, grouped } from "../words/format.ts";
import type { Trial } from "./trial.ts";

/** Times as this page felt them, and the tokens that were counted. */
export function Measures({ trial, cost }: { trial: Trial; cost: number | undefined }) {
  const { usage: told, stopReason } = trial.answer;
  // Until its end a stream tells what it begins with, not what it will have cost.
  const usage = trial.totalMs === undefined ? {} : told;
  return (
    <div class="measures">
      <Facts
        facts={[
          ["First token", trial.firstMs === undefined ? undefined : duration(trial.firstMs)],
          ["Total", trial.totalMs === undefined ? undefined : duration(trial.totalMs)],
          ["Tokens in", count(usage.input_tokens)],
          ["From cache", count(usage.cache_read_input_tokens)],
          ["Tokens out", count(usage.output_tokens)],
          ["Cost", cost === undefined ? undefined : dollars(cost)],
          ["Stopped because", stopReason],
        ]}
      />
    </div>
  );
}

function count(tokens: number | undefined): string | undefined {
  return tokens === undefined ? undefined : grouped(tokens);
}
