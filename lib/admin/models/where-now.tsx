import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { RouteView } from "../../server/admin/views.ts";
import { askRoute } from "../router/ask-route.ts";
import { status } from "../state/store.ts";

/**
 * Who would be asked for this model at this moment: the router itself is asked, anew after each change of the chain or of a
 * provider's health, but only while it is in view: there may be many models.
 */
export function WhereNow({ model, chain }: { model: string; chain: string }) {
  const answer = useSignal<RouteView | undefined>(undefined);
  const place = useRef<HTMLSpanElement>(null);
  const inView = useSignal(false);
  useEffect(() => {
    const observer = new IntersectionObserver(([entry]) => (inView.value = entry?.isIntersecting ?? false));
    if (place.current) observer.observe(place.current);
    return () => observer.disconnect();
  }, []);
  const health = status.value?.providers.map(({ name, state }) => `${name} ${state}`).join();
  useEffect(() => {
    if (!inView.value) return;
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
  }, [model, chain, health, inView.value]);
  const first = answer.value?.providers[0];
  return (
    <span class="small muted where-now" role="status" ref={place}>
      {!answer.value ? null : first ? (
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
