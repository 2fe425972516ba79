import type { JournalEntry } from "../../journal/entry.ts";
import { bytes, dateAndClock, dollars, duration, grouped, plural, sentence } from "../words/format.ts";
import { endedAttempts, outcomeSentence } from "../words/outcome.ts";
import { ruleWord } from "../words/rules.ts";
import { OUTCOMES } from "../words/states.ts";
import { AttemptTimeline } from "./attempts.tsx";
import { Facts } from "./facts.tsx";
import { Pill, StatePill } from "./pill.tsx";

/** Everything that the journal holds about a request: where it went and why, each attempt, tokens, ids. */
export function RequestStory({ entry }: { entry: JournalEntry }) {
  const { usage } = entry;
  return (
    <div class="story">
      <p class="story-outcome">
        <StatePill {...OUTCOMES[entry.outcome]} /> <span>{outcomeSentence(entry)}</span>
      </p>
      <h3>Route</h3>
      <RouteChain entry={entry} />
      <p class="small muted">{sentence(entry.reason)}</p>
      <h3>Attempts</h3>
      {endedAttempts(entry).length === 0 && (
        <p class="small muted">
          {entry.outcome === "running" ? "The first one is under way." : "No provider was asked."}
        </p>
      )}
      <AttemptTimeline entry={entry} />
      {usage && (
        <>
          <h3>Tokens</h3>
          <Facts
            facts={[
              ["Input, read anew", grouped(usage.input_tokens)],
              ["Input, from the cache", grouped(usage.cache_read_input_tokens ?? 0)],
              ["Input, written to the cache", grouped(usage.cache_creation_input_tokens ?? 0)],
              ["Output", grouped(usage.output_tokens)],
              ["of it thinking", optional(usage.output_tokens_details?.thinking_tokens)],
              ["Web searches", optional(usage.server_tool_use?.web_search_requests)],
            ]}
          />
        </>
      )}
      <h3>Facts</h3>
      <RequestFacts entry={entry} />
    </div>
  );
}

function RouteChain({ entry }: { entry: JournalEntry }) {
  const { requested, model, upstreamModel = model } = entry;
  const steps = [requested, ruleWord(entry.rule)];
  if (model !== requested) steps.push(model);
  if (upstreamModel !== model) steps.push(upstreamModel);
  return (
    <p class="route-chain">
      {steps.map((step, at) => (
        <span key={`${at}-${step}`}>
          {at === 1 ? <Pill tone="info">{step}</Pill> : <span class="mono">{step}</span>}
        </span>
      ))}
    </p>
  );
}

function RequestFacts({ entry }: { entry: JournalEntry }) {
  const running = entry.outcome === "running";
  return (
    <Facts
      facts={[
        ["Time", dateAndClock(entry.time)],
        ["First token", entry.ttftMs === undefined ? undefined : duration(entry.ttftMs)],
        ["Total", running ? undefined : duration(entry.totalMs)],
        ["Answer's status", entry.status === 0 ? undefined : entry.status],
        ["Cost", entry.cost === undefined ? undefined : dollars(entry.cost)],
        ["List price at the model's own vendor", entry.listCost === undefined ? undefined : dollars(entry.listCost)],
        ["Stopped because", entry.stopReason],
        ["Error told to the client", entry.error],
        ["Provider", entry.provider],
        ["Path", <span class="mono">{entry.path}</span>],
        ["Streamed", entry.stream ? "yes" : "no"],
        ["Client broke off and came back", entry.comebacks && plural(entry.comebacks, "time")],
        ["Request class", entry.class],
        ["Session", entry.session && <span class="mono">{entry.session}</span>],
        ["Size", running ? undefined : `${bytes(entry.bytesIn)} in, ${bytes(entry.bytesOut)} out`],
        ["Request id", <span class="mono">{entry.id}</span>],
      ]}
    />
  );
}

function optional(count: number | undefined): string | undefined {
  return count === undefined ? undefined : grouped(count);
}
