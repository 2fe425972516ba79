import type { JournalEntry } from "../../journal/entry.ts";

/** The name that the client asked for, and below it what became of it where that is another. */
export function ModelPath({ entry }: { entry: JournalEntry }) {
  const used = entry.upstreamModel ?? entry.model;
  return (
    <span class="model-path" title={used === entry.requested ? used : `${entry.requested} → ${used}`}>
      <span class="mono">{entry.requested}</span>
      {used !== entry.requested && used !== "" && (
        <small class="mono muted">
          <span aria-hidden="true">→ </span>
          <span class="sr-only">used: </span>
          {used}
        </small>
      )}
    </span>
  );
}
