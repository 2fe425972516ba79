/**
 * Changing the configuration: every save of the page goes through here, one after the other, each for the very version of
 * the file that the user saw. Components read `outcome` and say truthfully what became of it.
 */
import { computed, signal } from "@preact/signals";
import type { ConfigTree } from "../../config/schema.ts";
import type { ConfigFault, ConfigView } from "../../server/admin/views.ts";
import type { Change } from "../words/restructure.ts";
import { ApiProblem, getJson, putConfig } from "./api.ts";
import { config, models, providers, status } from "./store.ts";

/** Keys from the top of the file; entries of lists by their name, or by their place. */
export type ConfigPath = readonly (string | number)[];
export type { Change };

/** What `PUT /api/config` takes. */
export type SaveBody =
  | { changes: readonly Change[] }
  | { text: string }
  | { undo_to: string }
  | { backup: string }
  | { template: "custom" };

export type View = ConfigView & { config: ConfigTree };

/** What became of the last save. `what` says in words what was changed. */
export type Outcome =
  | { phase: "saving"; what: string }
  | { phase: "saved"; what: string; at: number }
  | { phase: "refused"; what: string; message: string; faults: readonly ConfigFault[] }
  | { phase: "conflict"; what: string; body: SaveBody; theirs: View }
  | { phase: "failed"; what: string; message: string; body: SaveBody };

export const outcome = signal<Outcome | undefined>(undefined);

/** What was typed but not sent: of each place that has such a draft, its name. */
export const drafts = signal<ReadonlySet<string>>(new Set());

interface Step {
  what: string;
  before: string;
  after: string;
}
const steps = signal<readonly Step[]>([]);

/** The save that can be undone: the last one, as long as the file is still as it left it. */
export const undoable = computed(() => {
  const last = steps.value.at(-1);
  return last && config.data.value?.etag === last.after ? last : undefined;
});

let queue: Promise<unknown> = Promise.resolve();

/**
 * Saves, after all saves before it.
 * @param base etag of the version for which the change was made; default: the newest that the page knows
 * @returns true when the file now says so
 */
export function save(what: string, body: SaveBody, base?: string): Promise<boolean> {
  const turn = queue.then(() => put(what, body, base));
  queue = turn;
  return turn;
}

export function saveChanges(what: string, ...changes: Change[]): Promise<boolean> {
  if (changes.length === 0) return Promise.resolve(true);
  // While the file is broken the page shows the last good one, whose places need not be those of the file.
  const byPlace = changes.some(({ path }) => path.some((key) => typeof key === "number"));
  if (byPlace && status.value?.config.valid === false) {
    const message = "The file has faults; mend them first, under Settings.";
    outcome.value = { phase: "refused", what, message, faults: [] };
    return Promise.resolve(false);
  }
  return save(what, { changes });
}

export async function undo(): Promise<void> {
  const step = undoable.value;
  if (!step) return;
  const earlier = steps.value.slice(0, -1);
  if (await save(`undone: ${step.what}`, { undo_to: step.before }, step.after)) steps.value = earlier;
}

/** Ends a conflict. `mine` makes the change again, on top of what is in the file now. */
export async function settle(choice: "mine" | "theirs"): Promise<void> {
  const current = outcome.value;
  if (current?.phase !== "conflict") return;
  outcome.value = undefined;
  if (choice === "mine") await save(current.what, current.body, current.theirs.etag);
}

export function markDraft(name: string, isDraft: boolean): void {
  if (drafts.value.has(name) === isDraft) return;
  const next = new Set(drafts.value);
  if (isDraft) next.add(name);
  else next.delete(name);
  drafts.value = next;
}

async function put(what: string, body: SaveBody, base: string | undefined): Promise<boolean> {
  const before = base ?? config.data.value?.etag;
  if (before === undefined) return false;
  outcome.value = { phase: "saving", what };
  try {
    const view = await putConfig<View>(body, before);
    config.take(view);
    if (view.etag !== before) steps.value = [...steps.value, { what, before, after: view.etag }];
    await Promise.all([providers.load(), models.load()]);
    outcome.value = { phase: "saved", what, at: Date.now() };
    return true;
  } catch (error) {
    outcome.value = await explained(what, body, error);
    return false;
  }
}

async function explained(what: string, body: SaveBody, error: unknown): Promise<Outcome> {
  if (error instanceof ApiProblem && error.status === 422) {
    return { phase: "refused", what, message: error.message, faults: error.faults };
  }
  const theirs =
    error instanceof ApiProblem && error.status === 409
      ? await getJson<View>("/api/config").catch(() => undefined)
      : undefined;
  if (theirs) {
    config.take(theirs);
    return { phase: "conflict", what, body, theirs };
  }
  return { phase: "failed", what, body, message: error instanceof Error ? error.message : String(error) };
}
