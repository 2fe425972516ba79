import { useEffect } from "preact/hooks";
import type { ConfigTree, ProviderConfig } from "../../config/schema.ts";
import type { ProviderView } from "../../server/admin/views.ts";
import { ConfirmButton } from "../parts/confirm-button.tsx";
import { HeadersField, SelectField, SwitchField, TextField } from "../parts/fields.tsx";
import { SecretField } from "../parts/secret-field.tsx";
import { type Change, saveChanges } from "../state/edit.ts";
import { goTo } from "../state/place.ts";
import { plural } from "../words/format.ts";
import { deleteProvider, dependants, renameProvider } from "../words/restructure.ts";
import { AUTH_WORDS } from "../words/states.ts";
import { KeyHint } from "./add-form.tsx";
import { catalog } from "./catalog.ts";
import { keyText } from "./new-provider.ts";
import { SignIn } from "./sign-in.tsx";
import { refusalOf, testProvider } from "./test-state.ts";
import { untried } from "./tryable.ts";

const WIRES = ["anthropic", "openai-chat", "openai-responses", "gemini", "vertex"];

/** Every setting of a provider; each saves by itself and leaves the others alone. */
export function EditProvider({ provider, tree }: { provider: ProviderView; tree: ConfigTree }) {
  const { name } = provider;
  const written = tree.providers.find((entry) => entry.name === name);
  useEffect(() => void (catalog.data.value ?? catalog.load()), []);
  if (!written) return null;
  const entry = catalog.data.value?.find(({ id }) => id === provider.type);
  const at = (key: string) => ["providers", name, key];
  const check = async (changes: Change[]) => refusalOf(await testProvider(name, changes));
  const canBeTried = untried(provider) === undefined && provider.state !== "no_key";
  const addressCheck = canBeTried ? check : undefined;
  const rename = (to: unknown) => (typeof to === "string" ? renameProvider(tree, name, to) : []);
  return (
    <div class="edit-provider">
      {provider.auth_type === "oauth" && <SignIn provider={provider} />}
      <div class="fields">
        <TextField
          label="Name"
          path={at("name")}
          value={name}
          hint="Chains and its login follow."
          changes={rename}
          onSaved={(to) => goTo("providers", String(to))}
        />
        <SelectField
          label="Signs in with"
          path={at("auth_type")}
          value={provider.auth_type}
          choices={(entry?.auth_types ?? [provider.auth_type]).map((value) => ({
            value,
            label: AUTH_WORDS[value] ?? value,
          }))}
        />
        {provider.auth_type === "api_key" && (
          <SecretField
            label={written.api_keys.length > 0 ? "First key" : "API key"}
            path={at("api_key")}
            value={written.api_key}
            hint={entry && <KeyHint entry={entry} typed="" />}
            changes={(typed) => [{ path: at("api_key"), value: keyText(typed) }]}
            check={check}
          />
        )}
        <TextField
          label="Base URL"
          path={at("base_url")}
          value={written.base_url}
          placeholder={entry?.base_url ?? ""}
          hint="Empty: the vendor's own."
          check={addressCheck}
        />
        {provider.wire === "vertex" && (
          <>
            <TextField label="Project" path={at("project")} value={written.project} check={addressCheck} />
            <TextField label="Location" path={at("location")} value={written.location} check={addressCheck} />
          </>
        )}
        <TextField
          label="Priority"
          kind="number"
          path={at("priority")}
          value={written.priority}
          hint="1 is tried first."
        />
      </div>
      <details>
        <summary>More</summary>
        <Advanced written={written} at={at} />
      </details>
      <div class="buttons edit-foot">
        <SwitchField label="Enabled" path={at("enabled")} value={written.enabled} />
        <Delete name={name} tree={tree} />
      </div>
    </div>
  );
}

function Advanced({ written, at }: { written: ProviderConfig; at: (key: string) => string[] }) {
  const timeouts = written.timeouts;
  const number = (key: string, label: string, value: number | undefined, hint = "") => (
    <TextField label={label} kind="number" path={at(key)} value={value} hint={hint} />
  );
  const timeout = (key: keyof typeof timeouts, label: string, hint = "") => (
    <TextField label={label} kind="number" path={[...at("timeouts"), key]} value={timeouts[key]} hint={hint} />
  );
  return (
    <div class="fields">
      <SelectField
        label="Protocol"
        path={at("wire")}
        value={written.wire}
        choices={[{ value: "", label: "as the catalogue says" }, ...WIRES.map((value) => ({ value, label: value }))]}
      />
      <TextField
        label="Further keys"
        kind="lines"
        path={at("api_keys")}
        value={written.api_keys}
        hint="One a line; the next one serves while one rests."
      />
      <HeadersField
        label="Extra headers"
        path={at("headers")}
        value={written.headers}
        hint="One a line: name: value."
      />
      {timeout("connect_ms", "To connect, in ms")}
      {timeout("first_byte_ms", "To the first byte, in ms")}
      {timeout("first_event_ms", "To the first event, in ms")}
      {timeout("idle_ms", "Between words, in ms")}
      {timeout("total_ms", "In all, in ms", "0: no bound.")}
      {number(
        "max_concurrent_requests",
        "Requests at the same time",
        written.max_concurrent_requests,
        "Empty: no bound.",
      )}
      {written.auth_type === "oauth" && (
        <TextField label="Login kept as" path={at("login")} value={written.login} hint="Empty: its own name." />
      )}
    </div>
  );
}

function Delete({ name, tree }: { name: string; tree: ConfigTree }) {
  const used = dependants(tree, name);
  const orphans = used.filter(({ last }) => last).map(({ model }) => model);
  const remove = async () => {
    if (await saveChanges(`deleted ${name}`, ...deleteProvider(tree, name))) goTo("providers");
  };
  return (
    <ConfirmButton label="Delete …" name={`Delete ${name}`} yes={`Delete ${name}`} onYes={remove}>
      {used.length === 0
        ? "No model uses it."
        : `It leaves the chain of ${plural(used.length, "model")}: ${used.map(({ model }) => model).join(", ")}.`}
      {orphans.length > 0 && <strong class="bad-text"> Nobody would be left to serve {orphans.join(", ")}.</strong>}
    </ConfirmButton>
  );
}
