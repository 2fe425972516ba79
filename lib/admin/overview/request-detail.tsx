import "./request-detail.css";
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { JournalEntry } from "../../journal/entry.ts";
import { Exchange } from "../parts/exchange.tsx";
import { Icon } from "../parts/icons.tsx";
import { Note } from "../parts/messages.tsx";
import { RequestStory } from "../parts/request-story.tsx";
import { explainAgain } from "../router/question.ts";
import { addressOf, goTo } from "../state/place.ts";
import { findRequest, requestById } from "../state/requests.ts";
import { SendAgain } from "./send-again.tsx";

/** Under Router, step by step, as it would be decided now. */
function explainOf(entry: JournalEntry): void {
  void explainAgain(entry);
  goTo("router");
}

/** One request, followed live while it runs. Takes the focus, so that the keyboard's user is where the news is. */
export function RequestDetail({ id }: { id: string }) {
  const fetched = useSignal<JournalEntry | "missing" | undefined>(undefined);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.focus({ preventScroll: innerWidth >= 1_280 });
    void findRequest(id).then((entry) => (fetched.value = entry ?? "missing"));
  }, [id]);
  const entry = requestById(id) ?? fetched.value;
  return (
    <aside class="card request-detail" aria-label="One request">
      <div class="card-head">
        <h2 ref={heading} tabIndex={-1}>
          Request
        </h2>
        <a class="quiet-button" href={addressOf("overview")}>
          <Icon name="cross" /> Close
        </a>
      </div>
      {entry === "missing" && <Note>The journal no longer holds this request.</Note>}
      {entry !== undefined && entry !== "missing" && (
        <>
          <RequestStory entry={entry} />
          <h3>On the line</h3>
          {entry.outcome === "running" ? (
            <p class="small muted">Shown when it has ended.</p>
          ) : (
            <Exchange id={entry.id} sides="all" />
          )}
          <p class="buttons">
            <button type="button" class="button small" onClick={() => explainOf(entry)}>
              Explain its route
            </button>
          </p>
          <SendAgain entry={entry} />
        </>
      )}
    </aside>
  );
}
