import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { sendJson } from "../state/api.ts";
import { requests } from "../state/requests.ts";
import { models } from "../state/store.ts";

const PAUSE_MS = 250;
const SHOWN = 6;

interface Found {
  items: readonly string[];
  problem?: string;
}

/** Which names that were asked for lately, or are defined, a pattern finds; asked of the router's own engine. */
export function PatternTrial({ patterns }: { patterns: readonly string[] }) {
  const found = useSignal<Found | undefined>(undefined);
  const names = [
    ...new Set([
      ...requests.value.map(({ requested }) => requested),
      ...(models.data.value ?? []).map(({ name }) => name),
    ]),
  ];
  const asked = JSON.stringify([patterns, names]);
  useEffect(() => {
    let current = true;
    const timer = setTimeout(async () => {
      const result = await tryAll(patterns, names);
      if (current) found.value = result;
    }, PAUSE_MS);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [asked]);
  if (!found.value) return null;
  const { items, problem } = found.value;
  return (
    <p class="small pattern-trial" role="status">
      {problem !== undefined ? (
        <span class="bad-text">{problem}</span>
      ) : items.length === 0 ? (
        <span class="muted">Finds none of the {names.length} names that are defined or were asked for lately.</span>
      ) : (
        <span class="muted">
          Finds {items.slice(0, SHOWN).join(", ")}
          {items.length > SHOWN && ` and ${items.length - SHOWN} more`}
        </span>
      )}
    </p>
  );
}

async function tryAll(patterns: readonly string[], names: readonly string[]): Promise<Found> {
  try {
    const answers = await Promise.all(
      patterns
        .filter((pattern) => pattern !== "")
        .map((pattern) => sendJson<{ items: string[] }>("POST", "/api/patterns", { pattern, names })),
    );
    const hit = new Set(answers.flatMap(({ items }) => items));
    return { items: names.filter((name) => hit.has(name)) };
  } catch (error) {
    return { items: [], problem: error instanceof Error ? error.message : String(error) };
  }
}
