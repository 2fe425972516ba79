import { models } from "../state/store.ts";
import { askedModel, change, form } from "./trial.ts";

/** Side by side there is room for so many. */
const MOST = 3;

/** Other models that are asked the same, to see them beside each other. */
export function CompareChoice() {
  const { compare } = form.value;
  const model = askedModel.value;
  const others =
    models.data.value?.map(({ name }) => name).filter((name) => name !== model && !compare.includes(name)) ?? [];
  const shown = compare.filter((name) => name !== model);
  if (others.length === 0 && shown.length === 0) return null;
  return (
    <div class="compare-choice">
      <label for="trial-compare">Compare with</label>
      {shown.map((name) => (
        <p key={name} class="buttons">
          <span class="mono small">{name}</span>
          <button
            type="button"
            class="button small"
            aria-label={`Do not compare with ${name}`}
            onClick={() => change({ compare: compare.filter((other) => other !== name) })}
          >
            Remove
          </button>
        </p>
      ))}
      {shown.length < MOST - 1 && others.length > 0 && (
        <select
          id="trial-compare"
          value=""
          onChange={(event) => change({ compare: [...compare, event.currentTarget.value] })}
        >
          <option value="">nobody else</option>
          {others.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      )}
    </div>
  );
}
