import { computed, signal } from "@preact/signals";
import type { JournalEntry } from "../../journal/entry.ts";
import type { Page } from "../../server/admin/views.ts";
import { getJson } from "./api.ts";

const PAGE_SIZE = 50;
/** Who asks for older ones wants to look around. As many as the server gives at once. */
const OLDER_SIZE = 500;
/** Live entries push old ones out beyond this; what was pushed out can be asked for again. */
const KEPT_LIVE = 200;
/** How many may be in the list: as many more as the user has asked for. */
let most = KEPT_LIVE;

const byId = signal<ReadonlyMap<string, JournalEntry>>(new Map());
/** Where the older entries begin; undefined when all are here. */
const cursor = signal<string | undefined>(undefined);

export interface RequestFilter {
  text: string;
  provider: string;
  outcome: string;
}

const NO_FILTER: RequestFilter = { text: "", provider: "", outcome: "" };
const PAUSE_MS = 200;
let timer: ReturnType<typeof setTimeout> | undefined;

export const filter = signal(NO_FILTER);
/** Where all that fit can be downloaded, also those that are not in the list. */
export const requestsFile = computed(() => `/api/downloads/requests.csv?${filterQuery()}`);
export const isFiltered = computed(() => Object.values(filter.value).some((value) => value !== ""));

/** Shows only what fits; empty strings fit everything. */
export function filterRequests(fields: Partial<RequestFilter>): void {
  filter.value = { ...filter.value, ...fields };
  clearTimeout(timer);
  timer = setTimeout(() => void loadRequests(), PAUSE_MS);
}

/** Newest first. */
export const requests = computed(() => [...byId.value.values()].sort((a, b) => b.time - a.time));
export const requestsLoaded = signal(false);
export const requestsProblem = signal<string | undefined>(undefined);
export const hasOlder = computed(() => cursor.value !== undefined);

/** Under load many come at once, and the list is drawn anew for all of them together. */
const GATHER_MS = 80;
let arrived: JournalEntry[] = [];
/** What comes while a question to the server is open: its answer need not know of that. */
let meanwhile: Map<string, JournalEntry> | undefined;

/** Takes in one entry from the live stream; it shows a moment later. */
export function takeRequest(entry: JournalEntry): void {
  if (arrived.push(entry) === 1) setTimeout(showArrived, GATHER_MS);
}

function showArrived(): void {
  const next = new Map(byId.value);
  for (const entry of arrived) {
    meanwhile?.set(entry.id, entry);
    // One that was under way and has ended may not fit any more.
    if (fits(entry, filter.value)) next.set(entry.id, entry);
    else next.delete(entry.id);
  }
  arrived = [];
  if (next.size > most) {
    const newestFirst = [...next.values()].sort((a, b) => b.time - a.time);
    for (const { id } of newestFirst.slice(most)) next.delete(id);
    // What is older than the last one here follows it, by its id.
    cursor.value = newestFirst[most - 1]?.id;
  }
  byId.value = next;
}

function fits(entry: JournalEntry, { text, provider, outcome }: RequestFilter): boolean {
  return (
    (outcome === "" || entry.outcome === outcome) &&
    (provider === "" || entry.attempts.some((attempt) => attempt.provider === provider)) &&
    (text === "" || JSON.stringify(entry).toLowerCase().includes(text.toLowerCase()))
  );
}

/** Reads the newest page afresh; after a restart of the server the journal may have changed. */
export async function loadRequests(): Promise<void> {
  most = KEPT_LIVE;
  await read(pagePath(), (items) => new Map(items));
  requestsLoaded.value = true;
}

export async function loadOlder(): Promise<void> {
  if (cursor.value === undefined) return;
  most += OLDER_SIZE;
  await read(pagePath(cursor.value), (items) => new Map([...byId.value, ...items]));
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

function filterQuery(): URLSearchParams {
  return new URLSearchParams(Object.entries(filter.value).filter(([, value]) => value !== ""));
}

function pagePath(before?: string): string {
  const query = filterQuery();
  query.set("limit", String(before === undefined ? PAGE_SIZE : OLDER_SIZE));
  if (before !== undefined) query.set("before", before);
  return `/api/journal?${query}`;
}

/** Answers may overtake each other; only that to the newest question counts. */
let question = 0;

async function read(
  path: string,
  merge: (items: [string, JournalEntry][]) => ReadonlyMap<string, JournalEntry>,
): Promise<void> {
  const turn = ++question;
  meanwhile = new Map();
  try {
    const page = await getJson<Page<JournalEntry>>(path);
    if (turn !== question) return;
    const newer = [...(meanwhile?.values() ?? [])].filter((entry) => fits(entry, filter.value));
    meanwhile = undefined;
    byId.value = merge([...page.items, ...newer].map((entry) => [entry.id, entry]));
    cursor.value = page.next;
    requestsProblem.value = undefined;
  } catch (error) {
    requestsProblem.value = error instanceof Error ? error.message : String(error);
  }
}
