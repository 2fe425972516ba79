import type { ConfigTree } from "../../config/schema.ts";
import { SecretField, SelectField, SwitchField, TextField } from "../parts/fields.tsx";
import { SETTING_GROUPS, type Setting } from "../words/settings.ts";

/** The sections of the file that have no tab of their own. Each setting saves by itself. */
export function SettingGroups({ tree }: { tree: ConfigTree }) {
  return (
    <ul class="cards groups">
      {SETTING_GROUPS.map(({ section, title, says, settings }) => (
        <li class="card" key={section}>
          <h2>{title}</h2>
          <p class="small muted">
            <span class="mono">[{section}]</span> {says}
          </p>
          <div class="fields">
            {settings.map((setting) => (
              <SettingField
                key={setting.key}
                setting={setting}
                section={section}
                value={(tree[section] as Record<string, unknown>)[setting.key]}
              />
            ))}
          </div>
        </li>
      ))}
    </ul>
  );
}

function SettingField({ setting, section, value }: { setting: Setting; section: string; value: unknown }) {
  const { key, label, hint, as } = setting;
  const common = { label, hint, path: [section, key] };
  if (as === "switch") return <SwitchField {...common} value={value === true} />;
  if (as === "secret") return <SecretField {...common} value={String(value ?? "")} />;
  if (typeof as === "string") return <TextField {...common} kind={as} value={value} />;
  const choices = Object.entries(as.choices).map(([name, words]) => ({ value: name, label: `${name}: ${words}` }));
  return <SelectField {...common} value={String(value)} choices={choices} />;
}
