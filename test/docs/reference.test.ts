/**
 * The two reference pages are made of the schema and of the catalogue. When this fails after a change of those:
 * `UPDATE_DOCS=1 npx vitest run test/docs`, and read what it wrote.
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { PROVIDER_TYPES } from "../../lib/catalog/index.ts";
import type { ProviderType } from "../../lib/catalog/types.ts";
import { configSchema } from "../../lib/config/schema.ts";
import { MEANINGS, meaningOf } from "./meanings.ts";
import { schemaRows } from "./schema-rows.ts";

const DOCS = join(import.meta.dirname, "../../docs");
const rows = schemaRows(configSchema);

test("every key has a meaning, and every meaning a key", () => {
  expect(rows.filter(({ key }) => !meaningOf(key)).map(({ key }) => key)).toEqual([]);
  const used = new Set(rows.map(({ key }) => meaningOf(key)?.under));
  expect(Object.keys(MEANINGS).filter((key) => !used.has(key))).toEqual([]);
});

test.each([
  ["configuration.md", configurationPage],
  ["providers.md", providersPage],
] as const)("docs/%s says what the code says", async (name, page) => {
  const path = join(DOCS, name);
  if (process.env.UPDATE_DOCS) await writeFile(path, page());
  expect(await readFile(path, "utf8")).toBe(page());
});

function configurationPage(): string {
  const sections = new Map<string, typeof rows>();
  for (const row of rows) {
    const section = row.key.replace(/\[\].*|\..*/, "");
    sections.set(section, [...(sections.get(section) ?? []), row]);
  }
  const tables = [...sections].map(([section, keys]) => {
    const isList = keys.some(({ key }) => key.startsWith(`${section}[]`));
    const lines = keys.map(({ key, type, default: fallback }) => {
      const short = key.slice(section.length).replace(/^\[\]\.|^\./, "");
      return `| \`${short}\` | ${type} | ${fallback === "" ? "" : `\`${fallback}\``} | ${meaningOf(key)?.meaning} |`;
    });
    return `## ${isList ? `[[${section}]]` : `[${section}]`}\n\n| key | type | default | meaning |\n|---|---|---|---|\n${lines.join("\n")}\n`;
  });
  return `# Configuration reference

Every key of \`ccm-config.toml\`, made from the schema. The file itself explains itself: \`ccmctl config path\` says where it is, and
\`templates/ccm-config.toml\` has an example for every provider. \`ccmctl config check\` names file, line and key of each fault.

Everything has a default; an empty file is valid. \`$NAME\` or \`\${NAME}\` in a text reads the environment and stays as it stands when
the file is saved. A good edit is live at once and cuts no stream. The keys of the original claude-code-mux are understood too.

${tables.join("\n")}`;
}

function providersPage(): string {
  const groups = new Map<string, ProviderType[]>();
  for (const type of PROVIDER_TYPES) groups.set(type.group, [...(groups.get(type.group) ?? []), type]);
  const tables = [...groups].map(([group, types]) => `## ${group}\n\n${types.map(providerText).join("\n")}`);
  return `# Providers

What the catalogue knows, made from it. Add one with its \`type\` in \`[[providers]]\`, on the page, or with \`ccm-quickstart\`.
Anything else that speaks one of the protocols: \`anthropic-compatible\` or \`openai-compatible\` with a \`base_url\`.

${tables.join("\n")}`;
}

function providerText(type: ProviderType): string {
  const url = type.baseUrls[type.wire];
  const standIns = Object.entries(type.standIns ?? {}).map(([tier, model]) => `${tier} → \`${model}\``);
  const lines = [
    `type \`${type.id}\`${type.aliases?.length ? ` (also ${type.aliases.map((alias) => `\`${alias}\``).join(", ")})` : ""}`,
    `protocol \`${type.wire}\`${url ? ` at \`${url}\`` : ", address by `base_url`"}`,
    `login: ${type.authTypes.map((auth) => `\`${auth}\``).join(", ")}${type.keyVariable ? `; key from \`$${type.keyVariable}\`` : ""}${type.keyUrl ? `, made [here](${type.keyUrl})` : ""}`,
    ...(standIns.length > 0 ? [`stands in for Claude's tiers: ${standIns.join(", ")}`] : []),
    ...(type.note ? [type.note] : []),
  ];
  return `### ${type.docs ? `[${type.label}](${type.docs})` : type.label}\n\n${lines.map((line) => `- ${line}`).join("\n")}\n`;
}
