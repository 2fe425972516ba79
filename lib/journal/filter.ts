import type { JournalEntry } from "./entry.ts";

/** Which entries are wanted; every condition given must hold. */
export interface JournalFilter {
  /** Asked, whether or not it answered. */
  provider?: string;
  /** Requested, configured, or the provider's own. */
  model?: string;
  session?: string;
  route?: string;
  class?: string;
  outcome?: JournalEntry["outcome"];
  /** Epoch ms; the request ended at or after it. */
  since?: number;
  /** Found anywhere in the entry; letter case does not matter. */
  text?: string;
}

/** @param line the entry as it is written in the journal */
export function matches(entry: JournalEntry, filter: JournalFilter, line?: string): boolean {
  const { provider, model, session, route, outcome, since, text } = filter;
  return (
    (provider === undefined || entry.attempts.some((attempt) => attempt.provider === provider)) &&
    (model === undefined || [entry.requested, entry.model, entry.upstreamModel].includes(model)) &&
    (session === undefined || entry.session === session) &&
    (route === undefined || entry.rule === route) &&
    (filter.class === undefined || entry.class === filter.class) &&
    (outcome === undefined || entry.outcome === outcome) &&
    (since === undefined || endOf(entry) >= since) &&
    (text === undefined || (line ?? JSON.stringify(entry)).toLowerCase().includes(written(text).toLowerCase()))
  );
}

/** When the request was over, in epoch ms. */
export function endOf({ time, totalMs }: JournalEntry): number {
  return time + totalMs;
}

/**
 * Byte strings that stand in the line of every entry that matches: whole stretches of the journal without them need not be
 * looked at line by line. The text is not among them, because its letter case is free.
 */
export function needles({ provider, model, session, route, class: kind, outcome }: JournalFilter): string[] {
  return [
    ...(model === undefined ? [] : [`"${written(model)}"`]),
    ...Object.entries({ provider, session, rule: route, class: kind, outcome }).flatMap(([key, value]) =>
      value === undefined ? [] : [`"${key}":"${written(value)}"`],
    ),
  ];
}

/** A text as it stands inside the quotes of the journal's JSON. */
export function written(value: string): string {
  return JSON.stringify(value).slice(1, -1);
}
