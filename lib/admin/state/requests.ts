import { computed, signal } from "@preact/signals";
import type { JournalEntry } from "../../journal/entry.ts";
import type { Page } from "../../server/admin/views.ts";
import { getJson } from "./api.ts";

const PAGE_SIZE = 50;
/** Live entries push old ones out beyond this, unless the user asked for older ones. */
const KEPT_LIVE = 200;

const byId = signal<ReadonlyMap<string, JournalEntry>>(new Map());
/** Where the older entries begin; undefined when all are here. */
const cursor = signal<string | undefined>(undefined);

/** Newest first. */
export const requests = computed(() => [...byId.value.values()].sort((a, b) => b.time - a.time));
export const requestsLoaded = signal(false);
export const requestsProblem = signal<string | undefined>(undefined);
export const hasOlder = computed(() => cursor.value !== undefined);

/** Takes in one entry from the live stream. */
export function takeRequest(entry: JournalEntry): void {
  const next = new Map(byId.value).set(entry.id, entry);
  if (next.size > KEPT_LIVE && !hasOlder.value) {
    const oldest = [...next.values()].reduce((a, b) => (a.time < b.time ? a : b));
    next.delete(oldest.id);
  }
  byId.value = next;
}

/** Reads the newest page afresh; after a restart of the server the journal may have changed. */
export async function loadRequests(): Promise<void> {
  await read(`/api/journal?limit=${PAGE_SIZE}`, (items) => new Map(items));
  requestsLoaded.value = true;
}

export async function loadOlder(): Promise<void> {
  if (cursor.value === undefined) return;
  const path = `/api/journal?limit=${PAGE_SIZE}&before=${encodeURIComponent(cursor.value)}`;
  await read(path, (items) => new Map([...byId.value, ...items]));
}

/** @returns the entry, from what is here or from the server; undefined when the journal has forgotten it */
export async function findRequest(id: string): Promise<JournalEntry | undefined> {
  const here = byId.value.get(id);
  if (here && here.outcome !== "running") return here;
  return getJson<JournalEntry>(`/api/journal/${encodeURIComponent(id)}`).catch(() => here);
}

/** The entry as far as it is here; components that read this follow it live. */
export function requestById(id: string): JournalEntry | undefined {
  return byId.value.get(id);
}

async function read(
  path: string,
  merge: (items: [string, JournalEntry][]) => ReadonlyMap<string, JournalEntry>,
): Promise<void> {
  try {
    const page = await getJson<Page<JournalEntry>>(path);
    byId.value = merge(page.items.map((entry) => [entry.id, entry]));
    cursor.value = page.next;
    requestsProblem.value = undefined;
  } catch (error) {
    requestsProblem.value = error instanceof Error ? error.message : String(error);
  }
}
