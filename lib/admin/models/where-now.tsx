import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { RouteView } from "../../server/admin/views.ts";
import { askRoute } from "../router/ask-route.ts";
import { status } from "../state/store.ts";

/**
 * Who would be asked for this model at this moment: the router itself is asked, anew after each change of the chain or of a
 * provider's health.
 */
export function WhereNow({ model, chain }: { model: string; chain: string }) {
  const answer = useSignal<RouteView | undefined>(undefined);
  const health = status.value?.providers.map(({ name, state }) => `${name} ${state}`).join();
  useEffect(() => {
    let current = true;
    askRoute(model, []).then(
      (view) => {
        if (current) answer.value = view;
      },
      () => {
        if (current) answer.value = undefined;
      },
    );
    return () => {
      current = false;
    };
  }, [model, chain, health]);
  const first = answer.value?.providers[0];
  if (!answer.value) return null;
  return (
    <span class="small muted where-now" role="status">
      {first ? (
        <>
          Asked for now, it would go to <b>{first.provider}</b> <span class="mono">{first.model}</span>
          {answer.value.model !== model && <> (routed to {answer.value.model})</>}
        </>
      ) : (
        <span class="bad-text">Asked for now, nobody could answer: {answer.value.reason}</span>
      )}
    </span>
  );
}
