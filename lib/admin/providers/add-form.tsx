import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { CatalogEntry } from "../../server/admin/views.ts";
import { loadKnownModels, modelHint, modelSuggestions } from "../models/known-models.ts";
import { PlainField } from "../parts/plain-field.tsx";
import { markDraft, saveChanges } from "../state/edit.ts";
import { goTo } from "../state/place.ts";
import { models, providers } from "../state/store.ts";
import { freeName } from "../words/restructure.ts";
import { AUTH_WORDS } from "../words/states.ts";
import { additions, keyDoubt, type NewProvider, required } from "./new-provider.ts";
import { TestOutcome } from "./test-button.tsx";
import { forgetTest, testProvider, testResults } from "./test-state.ts";
import { untriedDraft } from "./tryable.ts";

/** The model that Claude Code asks for when nobody chose another. */
const USUAL_MODEL = "claude-sonnet-5-5";

export function NewProviderForm({ entry, back }: { entry: CatalogEntry; back: () => void }) {
  const taken = (providers.data.value ?? []).map(({ name }) => name);
  const isFirst = models.data.value?.length === 0;
  const draft = useSignal<NewProvider>({
    name: freeName(entry.id, taken),
    auth_type: entry.auth_types[0] ?? "api_key",
    api_key: "",
    base_url: "",
    project: "",
    location: "",
    model: USUAL_MODEL,
    upstream: "",
  });
  const set = (fields: Partial<NewProvider>) => (draft.value = { ...draft.value, ...fields });
  useEffect(() => {
    markDraft("the new provider", true);
    return () => markDraft("the new provider", false);
  }, []);
  const { name, auth_type } = draft.value;
  const must = required(entry, auth_type);
  const whyUntried = untriedDraft(auth_type);
  const isTryable = whyUntried === undefined;
  const nameTaken = taken.some((other) => other.toLowerCase() === name.trim().toLowerCase());
  const whole = () => additions(entry, { ...draft.value, name: name.trim() }, isFirst);
  const add = async () => {
    if (!(await saveChanges(`added ${name.trim()}`, ...whole()))) return;
    markDraft("the new provider", false);
    goTo("providers", name.trim());
  };
  const submit = async (event: Event) => {
    event.preventDefault();
    if (nameTaken) return;
    if (!isTryable) return add();
    const tested = await testProvider(name.trim(), whole());
    if (tested.phase === "done" && tested.view.ok) await add();
  };
  const result = testResults.value[name.trim()];
  const failed = result?.phase === "done" && !result.view.ok;
  useEffect(() => forgetTest(name.trim()), [JSON.stringify(draft.value)]);
  const text = (key: keyof NewProvider) => ({
    path: ["providers", name, key],
    value: draft.value[key],
    required: must.has(key),
    onInput: (value: string) => set({ [key]: value }),
  });
  return (
    <form onSubmit={submit} class="add-form">
      <p>
        <b>{entry.label}</b> <span class="muted small mono">{entry.base_url}</span>{" "}
        <button type="button" class="quiet-button" onClick={back}>
          Choose another
        </button>
      </p>
      {entry.note && <p class="small muted">{entry.note}</p>}
      <div class="fields">
        <PlainField
          label="Name"
          hint={nameTaken ? undefined : "Yours to choose."}
          problem={nameTaken ? "there is a provider of that name already" : undefined}
          {...text("name")}
        />
        <div class="field">
          <label for="new-auth">It signs in with</label>
          <select id="new-auth" value={auth_type} onChange={(event) => set({ auth_type: event.currentTarget.value })}>
            {entry.auth_types.map((type) => (
              <option key={type} value={type}>
                {AUTH_WORDS[type] ?? type}
              </option>
            ))}
          </select>
          <p class="field-hint">{whyUntried}</p>
        </div>
        {auth_type === "api_key" && (
          <PlainField
            label="API key"
            secret
            hint={<KeyHint entry={entry} typed={draft.value.api_key} />}
            {...text("api_key")}
          />
        )}
        {must.has("base_url") && <BaseUrl entry={entry} field={text("base_url")} />}
        {must.has("project") && <PlainField label="Project" hint="Google Cloud's project id." {...text("project")} />}
        {must.has("location") && <PlainField label="Location" hint="global, or a region." {...text("location")} />}
      </div>
      {!must.has("base_url") && (
        <details>
          <summary>Another address</summary>
          <div class="fields">
            <BaseUrl entry={entry} field={text("base_url")} />
          </div>
        </details>
      )}
      {isFirst && (
        <fieldset class="fields first-model">
          <legend>It is your first one: let it answer Claude Code</legend>
          <PlainField label="Model" hint="Its default model. Empty: define models later." {...text("model")} />
          <PlainField
            label="Its id there"
            hint={
              modelHint(name.trim(), draft.value.upstream) ??
              (entry.stand_ins ? "Empty: the catalogue chooses." : "As the vendor calls it.")
            }
            suggestions={modelSuggestions(name.trim())}
            onFocus={() => isTryable && void loadKnownModels(name.trim(), whole().slice(0, 1))}
            {...text("upstream")}
            required={draft.value.model !== "" && !entry.stand_ins && entry.wire !== "anthropic"}
          />
        </fieldset>
      )}
      <TestOutcome name={name.trim()} />
      <p class="buttons">
        <button type="submit" class="button primary" disabled={result?.phase === "testing"}>
          {!isTryable ? "Add" : failed ? "Test again" : "Test and add"}
        </button>
        {failed && (
          <button type="button" class="button" onClick={add}>
            Add it all the same
          </button>
        )}
        <span class="small muted">
          {isTryable && "It is asked first; nothing is saved, and its key kept nowhere, before it works."}
        </span>
      </p>
    </form>
  );
}

function BaseUrl({ entry, field }: { entry: CatalogEntry; field: Omit<Parameters<typeof PlainField>[0], "label"> }) {
  const placeholder = entry.base_url || "http://127.0.0.1:8000/v1";
  return <PlainField label="Base URL" hint="Where it listens." placeholder={placeholder} {...field} />;
}

export function KeyHint({ entry, typed }: { entry: CatalogEntry; typed: string }) {
  const doubt = keyDoubt(entry, typed);
  if (doubt !== undefined) return <span class="unsaved">{doubt}. If yours differs, never mind.</span>;
  return (
    <>
      {entry.key_prefix && (
        <>
          Begins with <code>{entry.key_prefix}</code>.{" "}
        </>
      )}
      {entry.key_variable && (
        <>
          <code>${entry.key_variable}</code> reads it from the environment.{" "}
        </>
      )}
      {entry.key_url && (
        <a href={entry.key_url} target="_blank" rel="noreferrer noopener">
          Get a key
        </a>
      )}
    </>
  );
}
