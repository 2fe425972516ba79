/** The text of the file as it is being edited. It survives a walk to another tab. */
import { effect, signal } from "@preact/signals";
import type { ConfigFault } from "../../server/admin/views.ts";
import { sendJson } from "../state/api.ts";
import { drafts, markDraft, outcome, save } from "../state/edit.ts";
import { config } from "../state/store.ts";

const PAUSE_MS = 400;

/** `base` is the etag of the version from which it was begun. */
export const textDraft = signal<{ text: string; base: string } | undefined>(undefined);
/** What the server says of the draft; undefined until it was asked. */
export const textCheck = signal<{ faults: ConfigFault[]; notes: ConfigFault[] } | undefined>(undefined);

let timer: ReturnType<typeof setTimeout> | undefined;

export function editText(text: string): void {
  const view = config.data.value;
  if (!view) return;
  textDraft.value = text === view.text ? undefined : { text, base: textDraft.value?.base ?? view.etag };
  textCheck.value = undefined;
  // What was refused was another text.
  if (outcome.value?.phase === "refused") outcome.value = undefined;
  clearTimeout(timer);
  if (textDraft.value) timer = setTimeout(() => void check(text), PAUSE_MS);
}

export function dropText(): void {
  clearTimeout(timer);
  textDraft.value = undefined;
  textCheck.value = undefined;
}

export async function saveText(): Promise<void> {
  const draft = textDraft.value;
  if (draft && (await save("the text of the file", { text: draft.text }, draft.base))) dropText();
}

async function check(text: string): Promise<void> {
  const result = await sendJson<{ faults: ConfigFault[]; notes: ConfigFault[] }>("POST", "/api/config/check", {
    text,
  }).catch(() => undefined);
  if (textDraft.value?.text === text) textCheck.value = result;
}

effect(() => markDraft("the text of the file", textDraft.value !== undefined));

/** A reload would lose what was typed; the browser asks. */
addEventListener("beforeunload", (event) => {
  if (drafts.peek().size > 0) event.preventDefault();
});
