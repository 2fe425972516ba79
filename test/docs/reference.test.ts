/**
 * The reference pages are made of the schema and of the catalogue. When this fails after a change of those:
 * `UPDATE_DOCS=1 npx vitest run test/docs`, and read what it wrote.
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { FAILURE_REASONS } from "../../lib/catalog/failure-reasons.ts";
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
  ["failures.md", failuresPage],
] as const)("docs/%s says what the code says", async (name, page) => {
  const path = join(DOCS, name);
  if (process.env.UPDATE_DOCS) await writeFile(path, page());
  expect(await readFile(path, "utf8")).toBe(page());
});

test("the README's figures are those of the published run", async () => {
  const path = join(DOCS, "../README.md");
  const readme = await readFile(path, "utf8");
  const [begin, end] = ["<!-- figures: begin -->\n", "<!-- figures: end -->"];
  const figures = figuresOf(await readFile(join(DOCS, "performance.md"), "utf8"));
  const renewed = readme.replace(new RegExp(`${begin}[\\s\\S]*?${end}`), `${begin}${figures}${end}`);
  if (process.env.UPDATE_DOCS) await writeFile(path, renewed);
  expect(renewed).toContain(figures);
  expect(await readFile(path, "utf8")).toBe(renewed);
});

/** What a reader wants to know of `docs/performance.md`, told to two digits; where and when it was measured stands there. */
function figuresOf(page: string): string {
  const row = (name: string) => {
    const cells =
      page
        .split("\n")
        .find((line) => line.startsWith(`| ${name} |`))
        ?.split("|") ?? [];
    const [, number, unit] = /([\d.]+) (\w+)/.exec(cells[3] ?? "") ?? [];
    if (number === undefined) throw new Error(`docs/performance.md has no row "${name}"`);
    return `${Number(Number(number).toPrecision(2))} ${unit}`;
  };
  const [, measured = ""] = page.split("<!-- measured: begin -->");
  const busy = measured.includes("The machine had other work") ? ", on a machine that had other work" : "";
  const results = measured.split("\n").filter((line) => /\| (met|\*\*not met\*\*) \|$/.test(line));
  const met = results.filter((line) => line.endsWith("| met |")).length;
  return `| measured over a direct connection, in the same run | Anthropic's protocol | translated to OpenAI's |
|---|---|---|
| added to a request of 50 KB, median | ${row("added p50, 50 KB, anthropic")} | ${row("added p50, 50 KB, openai-chat")} |
| added to the first text | ${row("added to the first text, anthropic")} | ${row("added to the first text, openai-chat")} |
| added per event of a stream | ${row("added per paced event, anthropic")} | ${row("added per paced event, openai-chat")} |

The process takes ${row("idle private memory")} for itself when idle (${row("idle RSS")} resident, most of it Node's own executable). Of ${results.length} targets
that we set ourselves ${met} were met in that run${busy}. [All figures, the targets, and why](docs/performance.md)
`;
}

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
    ...searchText(type),
    ...(type.note ? [type.note] : []),
  ];
  return `### ${type.docs ? `[${type.label}](${type.docs})` : type.label}\n\n${lines.map((line) => `- ${line}`).join("\n")}\n`;
}

function searchText({ searchAt, baseUrls, wire }: ProviderType): string[] {
  if (!searchAt) return [];
  const { href } = new URL(`${baseUrls[wire]}${searchAt.path}`);
  return [`web searches go over \`${searchAt.wire}\` at \`${href}\`. ${searchAt.whenRefused ?? ""}`.trim()];
}

const NEXT: Readonly<Record<(typeof FAILURE_REASONS)[keyof typeof FAILURE_REASONS]["next"], string>> = {
  retry: "once more at the same provider on a fresh connection, then the next",
  wait: "waited for at the same provider if it is over within 3 s, else the next",
  refresh: "the login is refreshed once, where there is one, then the next",
  next: "the next provider at once",
  larger: "only a provider with a larger context window",
  stop: "nobody else is asked",
};

function failuresPage(): string {
  const lines = Object.entries(FAILURE_REASONS).map(([reason, { label, next, scope, weight, status, type, again }]) => {
    const counts = scope === "none" ? "no" : weight === "hard" ? "opens at once" : weight === 1 ? "yes" : "twice";
    const cools = { provider: "provider and key", model: "this model there", none: "" }[scope];
    return (
      `| ` +
      [`\`${reason}\``, label, NEXT[next], counts, cools, `${status} \`${type}\``, again ? "yes" : "no"].join(" | ") +
      ` |`
    );
  });
  return `# Failure reasons

Why an attempt at a provider can fail: one table, made from the code's own. The journal, the log, the metrics
(\`ccm_attempt_failures_total{reason}\`), the page and the server's decisions use these names and no others. What follows is for
failures before the first word; [failover](failover.md) tells the rest.

The first in this order decides what the client is told when every provider has failed, with the status in the last but one column
(or the provider's own, where its words are relayed). \`x-should-retry\` is what the last column says, and "no" too where nobody is fit
again within a minute; \`retry-after\` and \`retry-after-ms\` tell when somebody is. Where waiting mends nothing no time is told: there are
programs that wait for it, whatever else is said.

| reason | in words | what follows | counts against health | what cools down | the client is told | shall it come back |
|---|---|---|---|---|---|---|
${lines.join("\n")}
`;
}
