import type { ConfigTree } from "../../config/schema.ts";
import { HeadersField, SelectField, SwitchField, TextField } from "../parts/fields.tsx";
import { SecretField } from "../parts/secret-field.tsx";
import { SETTING_GROUPS, type Setting, type SettingGroup } from "../words/settings.ts";
import { BudgetLimits } from "./budget-limits.tsx";
import { anchorOf } from "./settings-nav.tsx";

/** The sections of the file that have no tab of their own. Each setting saves by itself. */
export function SettingGroups({ tree }: { tree: ConfigTree }) {
  return (
    <>
      {SETTING_GROUPS.map((group) => (
        <Group key={group.section} group={group} tree={tree} />
      ))}
    </>
  );
}

function Group({ group: { section, title, says, settings }, tree }: { group: SettingGroup; tree: ConfigTree }) {
  const values: Record<string, unknown> = tree[section] ?? {};
  return (
    <section class="card" id={anchorOf(section)} aria-labelledby={`${anchorOf(section)}-title`}>
      <h2 id={`${anchorOf(section)}-title`}>{title}</h2>
      <p class="small muted">
        <span class="mono">[{section}]</span> {says}
      </p>
      <div class="fields">
        {settings.map((setting) => (
          <SettingField
            key={setting.key}
            setting={setting}
            section={section}
            value={values[setting.key] ?? USUAL[section]?.[setting.key]}
            tree={tree}
          />
        ))}
      </div>
      {section === "budget" && (
        <>
          <BudgetLimits tree={tree} scope="providers" />
          <BudgetLimits tree={tree} scope="routes" />
        </>
      )}
    </section>
  );
}

/** What holds in sections that a file may be without. */
const USUAL: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  budget: { warn_at: 0.75, at_stop: "refuse", model: "" },
  telemetry: { endpoint: "", headers: {}, traces: true, metrics: true, interval_seconds: 60 },
};

interface FieldProps {
  setting: Setting;
  section: string;
  value: unknown;
  tree: ConfigTree;
}

function SettingField({ setting, section, value, tree }: FieldProps) {
  const { key, label, hint, as } = setting;
  const common = { label, hint, path: [section, key] };
  switch (as) {
    case "switch":
      return <SwitchField {...common} value={value === true} />;
    case "secret":
      return <SecretField {...common} value={String(value ?? "")} />;
    case "headers":
      return <HeadersField {...common} value={value as Record<string, string>} />;
    case "model": {
      const names = tree.models.map(({ name }) => ({ value: name, label: name }));
      return (
        <SelectField {...common} value={String(value ?? "")} choices={[{ value: "", label: "not set" }, ...names]} />
      );
    }
    case "text":
    case "number":
    case "lines":
      return <TextField {...common} kind={as} value={value} />;
    default: {
      const choices = Object.entries(as.choices).map(([name, words]) => ({ value: name, label: `${name}: ${words}` }));
      return <SelectField {...common} value={String(value)} choices={choices} />;
    }
  }
}
