import { describe, expect, it } from "vitest";
import { PROVIDER_TYPES, providerType } from "../../lib/catalog/index.ts";
import { readTemplate } from "../../lib/config/create.ts";
import { parseConfig } from "../../lib/config/load.ts";
import { configSchema } from "../../lib/config/schema.ts";

/** Every variable is set, so that nothing is missing but what the template forgot. */
const ENV = new Proxy<Record<string, string>>({}, { get: (_, name) => `value-of-${String(name)}` });

const check = (text: string) => parseConfig(text, { path: "ccm-config.toml", env: ENV });
const template = await readTemplate("custom");
const lines = template.split("\n");

/** Runs of example lines, as line numbers; a single `#key = …` is an example, too. */
const examples: { title: string; from: number; to: number }[] = [];
for (let at = 0; at < lines.length; at++) {
  if (!isExample(at)) continue;
  const from = at;
  while (isExample(at + 1)) at++;
  examples.push({ title: `line ${from + 1}: ${lines[from]}`, from, to: at });
}

function isExample(index: number): boolean {
  return /^#(?:[a-z_]+ = |\[|\]| {2}\{ )/.test(lines[index] ?? "");
}

function uncomment({ from, to }: { from: number; to: number }): string {
  return lines.map((line, index) => (index >= from && index <= to ? line.replace(/^#/, "") : line)).join("\n");
}

describe("the template", () => {
  it("works as it stands, and every request of Claude Code finds a chain", async () => {
    const { faults, notes, settings } = await check(template);
    expect([...faults, ...notes]).toEqual([]);
    expect(settings?.patterns.autoMap?.test("claude-of-the-future-9")).toBe(true);
    for (const route of ["default", "background"] as const) {
      const model = settings?.models.get(settings.router[route].model);
      expect(model?.mappings.length).toBeGreaterThan(0);
    }
  });

  it.each(examples)("has a working example at $title", async (example) => {
    const text = uncomment(example);
    expect(text).not.toBe(template);
    const { faults, notes, settings } = await check(text);
    expect([...faults, ...notes]).toEqual([]);
    expect(settings).toBeDefined();
  });

  it("works with all examples at once, as far as they do not repeat each other", async () => {
    const names = new Set<string>();
    const used = examples.filter(({ from, to }) => {
      const found = lines
        .slice(from, to + 1)
        .flatMap((line) => /^#(\[router\.\w+\]|name = ".*?")/.exec(line)?.[1] ?? []);
      return found.length > 0 && found.every((name) => !names.has(name) && names.add(name));
    });
    const all = used.reduce((text, { from, to }) => {
      const current = text.split("\n");
      return current.map((line, index) => (index >= from && index <= to ? line.replace(/^#/, "") : line)).join("\n");
    }, template);
    const { faults, settings } = await check(all);
    expect(faults).toEqual([]);
    expect(settings?.providers.size).toBeGreaterThanOrEqual(PROVIDER_TYPES.length);
  });

  it("has an example for every provider type", () => {
    const types = [...template.matchAll(/^#?type = "([^"]+)"/gm)].map((found) => providerType(found[1] ?? "")?.id);
    for (const { id } of PROVIDER_TYPES) expect(types).toContain(id);
  });

  it("tells of every section and key", () => {
    const text = template.replace(/^#(?=\S)/gm, "");
    for (const key of keysOf(configSchema))
      expect([key, new RegExp(`(?<![\\w-])${key}(?![\\w-])`).test(text)]).toEqual([key, true]);
  });
});

/** Keys that are for special set-ups and tests, and explained in the documentation. */
const UNTOLD = new Set(["oauth", "login", "max_concurrent_requests"]);

interface Shape {
  entries?: Record<string, Shape>;
  item?: Shape;
  wrapped?: Shape;
}

function keysOf(schema: unknown): string[] {
  const { entries, item, wrapped } = schema as Shape;
  if (wrapped) return keysOf(wrapped);
  if (item) return keysOf(item);
  return Object.entries(entries ?? {}).flatMap(([key, inner]) => (UNTOLD.has(key) ? [] : [key, ...keysOf(inner)]));
}

describe("the presets", () => {
  it.each(["oauth", "api-key", "cost"] as const)("%s gives every tier two providers", async (name) => {
    const { faults, notes, settings } = await check(await readTemplate(name));
    expect([...faults, ...notes]).toEqual([]);
    for (const tier of ["opus", "sonnet", "haiku"]) {
      expect(settings?.models.get(`claude-${tier}-5-5`)?.mappings).toHaveLength(2);
    }
    expect(settings?.patterns.autoMap?.test("claude-sonnet-4-20250514")).toBe(true);
  });

  it("cost asks the cheap provider first", async () => {
    const { settings } = await check(await readTemplate("cost"));
    const chain = settings?.models.get(settings.router.default.model)?.mappings;
    expect(chain?.map(({ provider, priority }) => [provider.name, priority])).toEqual([
      ["groq", 1],
      ["anthropic", 2],
    ]);
  });
});
