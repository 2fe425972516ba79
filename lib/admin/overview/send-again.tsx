import { useSignal } from "@preact/signals";
import { useEffect, useId } from "preact/hooks";
import type { JournalEntry } from "../../journal/entry.ts";
import type { ExchangeView } from "../../server/admin/views.ts";
import { findExchange } from "../state/exchange.ts";
import { addressOf, goTo } from "../state/place.ts";
import { config, providers } from "../state/store.ts";
import { sendAgain } from "../test/trial.ts";

/** The same request once more, as it was or to a provider of choice; its answer is watched in the Test tab. */
export function SendAgain({ entry }: { entry: JournalEntry }) {
  const id = useId();
  const provider = useSignal("");
  const kept = useSignal<ExchangeView | "none" | undefined>(undefined);
  const ended = entry.outcome !== "running";
  useEffect(() => {
    if (!ended) return;
    findExchange(entry.id).then(
      (view) => (kept.value = view?.request.body === undefined ? "none" : view),
      () => (kept.value = "none"),
    );
  }, [entry.id, ended]);
  const exchange = kept.value;
  if (exchange === undefined) return null;
  if (exchange === "none") return <NotKept />;
  const send = (event: Event) => {
    event.preventDefault();
    void sendAgain(entry.requested, exchange.request, provider.value);
    goTo("test");
  };
  return (
    <form class="send-again" onSubmit={send}>
      <label for={id}>Send again to</label>
      <select id={id} value={provider} onChange={(event) => (provider.value = event.currentTarget.value)}>
        <option value="">as the router decides now</option>
        {providers.data.value?.map(({ name, enabled }) => (
          <option key={name} value={name} disabled={!enabled}>
            {name}
          </option>
        ))}
      </select>
      <button type="submit" class="button small">
        Send
      </button>
    </form>
  );
}

function NotKept() {
  const on = config.data.value?.config.logging.log_bodies === true;
  return (
    <p class="small muted">
      {on ? (
        "Its body is no longer kept, so it cannot be sent again."
      ) : (
        <>
          Its body was not kept, so it cannot be sent again. Bodies are kept while{" "}
          <a href={addressOf("settings", "logging")}>logging of bodies</a> is on.
        </>
      )}
    </p>
  );
}
