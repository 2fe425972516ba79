import { useEffect, useId } from "preact/hooks";
import { Problem } from "../parts/messages.tsx";
import { Suggestions } from "../parts/suggestions.tsx";
import { requestById, requests } from "../state/requests.ts";
import { config, models } from "../state/store.ts";
import { clock } from "../words/format.ts";
import { SIGNS, type Sign } from "./ask-route.ts";
import { answer, ask, explain, explainAgain, problem, question, remark } from "./question.ts";
import { RouteAnswer } from "./route-answer.tsx";

const OFFERED = 30;

/** Where would this go? Asks the router itself and sends nothing; asks again by itself when the routes change. */
export function TryRoute() {
  const id = useId();
  const { model, signs, pasted, kept } = question.value;
  const etag = config.data.value?.etag;
  useEffect(() => {
    if (answer.value) void explain();
  }, [etag]);
  const submit = (event: Event) => {
    event.preventDefault();
    void explain();
  };
  const flip = (sign: Sign) =>
    ask({ signs: signs.includes(sign) ? signs.filter((other) => other !== sign) : [...signs, sign] });
  const whole = pasted.trim() !== "" || kept !== undefined;
  return (
    <section class="card try-route" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>Where would this go?</h2>
      <form onSubmit={submit}>
        <PickRequest id={`${id}-picked`} />
        {remark.value !== "" && <p class="small muted">{remark.value}</p>}
        <label for={`${id}-model`}>Requested model</label>
        <input
          id={`${id}-model`}
          class="mono"
          list={`${id}-models`}
          value={model}
          onInput={(event) => ask({ model: event.currentTarget.value })}
          required
          disabled={whole}
          autocomplete="off"
          spellcheck={false}
        />
        <Suggestions id={`${id}-models`} values={models.data.value?.map(({ name }) => name) ?? []} />
        <fieldset disabled={whole}>
          <legend>The request …</legend>
          {SIGNS.map(({ sign, label }) => (
            <label key={sign} class="check">
              <input type="checkbox" checked={signs.includes(sign)} onChange={() => flip(sign)} />
              {label}
            </label>
          ))}
        </fieldset>
        <details class="paste-request">
          <summary>Or paste a whole request</summary>
          <textarea
            class="mono"
            rows={6}
            aria-label="A whole request, as JSON"
            placeholder='{"model": "…", "messages": […]}'
            spellcheck={false}
            value={pasted}
            onInput={(event) => ask({ pasted: event.currentTarget.value })}
          />
        </details>
        <p class="buttons">
          <button type="submit" class="button">
            Explain
          </button>
          {kept && (
            <button type="button" class="button" onClick={() => ask({})}>
              Make up another
            </button>
          )}
        </p>
      </form>
      {problem.value !== undefined && <Problem>{problem.value}</Problem>}
      <div aria-live="polite">{answer.value && <RouteAnswer answer={answer.value} />}</div>
    </section>
  );
}

function PickRequest({ id }: { id: string }) {
  const recent = requests.value.slice(0, OFFERED);
  if (recent.length === 0) return null;
  const pick = (picked: string) => {
    const entry = requestById(picked);
    if (entry) void explainAgain(entry);
  };
  return (
    <>
      <label for={id}>An earlier request</label>
      <select id={id} value="" onChange={(event) => pick(event.currentTarget.value)}>
        <option value="">choose one …</option>
        {recent.map(({ id: request, time, requested, class: requestClass }) => (
          <option key={request} value={request}>
            {clock(time)} {requested}
            {requestClass && ` (${requestClass})`}
          </option>
        ))}
      </select>
    </>
  );
}
