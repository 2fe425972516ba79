/** Something that may be typed. `label` says more about it, where the browser shows that. */
export type Suggestion = string | { value: string; label: string };

/** What may be typed, for a field that names it as its list. */
export function Suggestions({ id, values }: { id: string; values: readonly Suggestion[] }) {
  return (
    <datalist id={id}>
      {values.map((one) => {
        const { value, label } = typeof one === "string" ? { value: one, label: undefined } : one;
        return (
          <option key={value} value={value}>
            {label}
          </option>
        );
      })}
    </datalist>
  );
}
