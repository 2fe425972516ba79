import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import type { RouteView } from "../../server/admin/views.ts";
import { Problem } from "../parts/messages.tsx";
import { models } from "../state/store.ts";
import { askRoute, SIGNS, type Sign } from "./ask-route.ts";
import { RouteAnswer } from "./route-answer.tsx";

/** Where would this go? Asks the router itself and sends nothing. */
export function TryRoute() {
  const id = useId();
  const model = useSignal("claude-sonnet-4-20250514");
  const signs = useSignal<readonly Sign[]>([]);
  const answer = useSignal<RouteView | undefined>(undefined);
  const problem = useSignal<string | undefined>(undefined);
  const ask = async (event: Event) => {
    event.preventDefault();
    try {
      answer.value = await askRoute(model.value, signs.value);
      problem.value = undefined;
    } catch (error) {
      problem.value = error instanceof Error ? error.message : String(error);
    }
  };
  const flip = (sign: Sign) => {
    signs.value = signs.value.includes(sign) ? signs.value.filter((other) => other !== sign) : [...signs.value, sign];
  };
  return (
    <section class="card try-route" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>Where would this go?</h2>
      <form onSubmit={ask}>
        <label for={`${id}-model`}>Requested model</label>
        <input
          id={`${id}-model`}
          class="mono"
          list={`${id}-models`}
          value={model}
          onInput={(event) => (model.value = event.currentTarget.value)}
          required
          autocomplete="off"
          spellcheck={false}
        />
        <datalist id={`${id}-models`}>
          {models.data.value?.map(({ name }) => (
            <option key={name} value={name} />
          ))}
        </datalist>
        <fieldset>
          <legend>The request …</legend>
          {SIGNS.map(({ sign, label }) => (
            <label key={sign} class="check">
              <input type="checkbox" checked={signs.value.includes(sign)} onChange={() => flip(sign)} />
              {label}
            </label>
          ))}
        </fieldset>
        <button type="submit" class="button">
          Explain
        </button>
      </form>
      {problem.value !== undefined && <Problem>{problem.value}</Problem>}
      <div aria-live="polite">{answer.value && <RouteAnswer answer={answer.value} />}</div>
    </section>
  );
}
