import "./request-table.css";
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { JournalEntry } from "../../journal/entry.ts";
import { AttemptPills } from "../parts/attempts.tsx";
import { ColumnHeads } from "../parts/column-heads.tsx";
import { Pill } from "../parts/pill.tsx";
import { now } from "../state/clock.ts";
import { addressOf, goTo } from "../state/place.ts";
import { clock, compact, dollars, duration } from "../words/format.ts";
import { ruleWord } from "../words/rules.ts";
import { OUTCOMES } from "../words/states.ts";
import { ModelPath } from "./model-path.tsx";

const TEXTS = ["Time", "Model asked, and used", "Route", "Attempts", "Result"];
const NUMBERS = ["First token", "Total", "In", "Cached", "Out", "Cost"];

export function RequestTable({ entries, picked }: { entries: readonly JournalEntry[]; picked: string | undefined }) {
  return (
    <table class="request-table" aria-rowcount={entries.length + 1}>
      <ColumnHeads texts={TEXTS} numbers={NUMBERS} />
      {blocksOf(entries).map((block, at) => (
        <RowBlock key={at} entries={block} picked={picked} before={at * BLOCK} />
      ))}
    </table>
  );
}

/** Rows are drawn in blocks, and only those blocks that are in view or near it: a list may have thousands. */
const BLOCK = 50;
const NEAR = "1200px";

function blocksOf(entries: readonly JournalEntry[]): (readonly JournalEntry[])[] {
  const count = Math.ceil(entries.length / BLOCK);
  return Array.from({ length: count }, (_, at) => entries.slice(at * BLOCK, (at + 1) * BLOCK));
}

/** Out of view it is as high as it was when it was last seen. The newest are always there. */
function RowBlock(block: { entries: readonly JournalEntry[]; picked: string | undefined; before: number }) {
  const place = useRef<HTMLTableSectionElement>(null);
  const near = useSignal(false);
  const height = useRef(block.entries.length * USUAL_HEIGHT);
  useEffect(() => {
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (!entry) return;
        if (near.value && !entry.isIntersecting) height.current = entry.boundingClientRect.height;
        near.value = entry.isIntersecting;
      },
      { rootMargin: `${NEAR} 0px` },
    );
    if (place.current) observer.observe(place.current);
    return () => observer.disconnect();
  }, []);
  return (
    <tbody ref={place}>
      {near.value || block.before === 0 ? (
        block.entries.map((entry, at) => (
          // The first row is that of the headings.
          <RequestRow key={entry.id} entry={entry} picked={entry.id === block.picked} row={block.before + at + 2} />
        ))
      ) : (
        <tr class="row-space">
          <td colSpan={COLUMNS} style={{ height: `${height.current}px` }} />
        </tr>
      )}
    </tbody>
  );
}

const COLUMNS = 11;
/** Until a block has been seen. In pixels. */
const USUAL_HEIGHT = 50;

/** A click anywhere opens it; for the keyboard the time is the link. */
function RequestRow({ entry, picked, row }: { entry: JournalEntry; picked: boolean; row: number }) {
  const running = entry.outcome === "running";
  const { word, tone } = OUTCOMES[entry.outcome];
  const { usage } = entry;
  return (
    <tr class={picked ? "picked" : ""} aria-rowindex={row} onClick={() => goTo("overview", entry.id)}>
      <td class="time">
        <a href={addressOf("overview", entry.id)} aria-current={picked ? "true" : undefined} title="Show this request">
          {clock(entry.time)}
        </a>
      </td>
      <td class="model">
        <ModelPath entry={entry} />
      </td>
      <td class="route muted">
        <span title={entry.reason}>{ruleWord(entry.rule)}</span>
      </td>
      <td class="attempted">
        <AttemptPills entry={entry} />
      </td>
      <td class="result">
        <Pill tone={tone}>
          {word}
          {entry.status > 0 && !running && <small>{entry.status}</small>}
        </Pill>
      </td>
      <NumberCell name="First token" value={entry.ttftMs} as={duration} />
      <NumberCell name="Total" value={running ? Math.max(0, now.value - entry.time) : entry.totalMs} as={duration} />
      <NumberCell name="In" value={usage?.input_tokens} as={compact} />
      <NumberCell name="Cached" value={usage?.cache_read_input_tokens} as={compact} />
      <NumberCell name="Out" value={usage?.output_tokens} as={compact} />
      <NumberCell name="Cost" value={entry.cost} as={dollars} />
    </tr>
  );
}

function NumberCell(cell: { name: string; value: number | undefined; as: (value: number) => string }) {
  return (
    <td class={cell.value === undefined ? "number none" : "number"} data-name={cell.name}>
      {cell.value === undefined ? <span class="muted">–</span> : cell.as(cell.value)}
    </td>
  );
}
