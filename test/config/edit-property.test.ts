import { readFile } from "node:fs/promises";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applyChanges, type Change } from "../../lib/config/edit/index.ts";
import { parseConfig } from "../../lib/config/load.ts";

/** One decorated file a dialect, with the names that changes may use. */
const FILES = {
  canonical: { providers: ["one", "two words", "three.dots"], models: ["claude-sonnet-5", "gpt-4o"] },
  original: { providers: ["zai", "open router"], models: ["glm", "kimi"] },
} as const;

type Dialect = keyof typeof FILES;

const load = (dialect: Dialect) => readFile(new URL(`./edit/${dialect}.toml`, import.meta.url), "utf8");

const word = fc.stringMatching(/^[a-z$"'\\#=\] é]{1,12}$/);
const routes = fc.constantFrom("default", "websearch", "reasoning", "background", "long_context");

/** Any change that the page could make to the file. */
function changes(dialect: Dialect): fc.Arbitrary<Change> {
  const { providers, models } = FILES[dialect];
  const provider = fc.constantFrom(...providers);
  const model = fc.constantFrom(...models);
  const mapping = fc.tuple(model, provider).map(([m, p]) => ["models", m, "providers", p]);
  const at = (path: fc.Arbitrary<readonly string[]>, key: string, value: fc.Arbitrary<unknown>) =>
    fc.tuple(path, value).map(([prefix, v]): Change => ({ path: [...prefix, key], value: v }));
  const remove = (path: fc.Arbitrary<readonly string[]>, key: string) =>
    path.map((prefix): Change => ({ path: [...prefix, key], delete: true }));
  const aProvider = provider.map((name) => ["providers", name]);
  const aRoute = routes.map((name) => ["router", name]);
  const aModel = model.map((name) => ["models", name]);
  return fc.oneof(
    at(aProvider, "priority", fc.nat(9)),
    at(aProvider, "enabled", fc.boolean()),
    at(aProvider, "api_key", word),
    at(aProvider, "api_keys", fc.array(word, { maxLength: 3 })),
    at(aProvider, "headers", fc.dictionary(word, word, { maxKeys: 2 })),
    at(aProvider, "timeouts", fc.record({ connect_ms: fc.nat(99), idle_ms: fc.nat(99) }, { requiredKeys: [] })),
    remove(aProvider, "priority"),
    remove(aProvider, "api_keys"),
    at(mapping, "model", word),
    at(mapping, "weight", fc.nat(9)),
    at(mapping, "price", fc.record({ input: fc.nat(9), output: fc.nat(9) })),
    remove(mapping, "priority"),
    at(aModel, "strategy", fc.constantFrom("cost", "latency")),
    at(aRoute, "model", word),
    at(aRoute, "enabled", fc.boolean()),
    remove(
      routes.map(() => ["router"]),
      "reasoning",
    ),
    at(fc.constant(["server"]), "port", fc.nat(65535)),
    at(fc.constant(["server"]), "api_keys", fc.array(word, { maxLength: 2 })),
    at(fc.constant(["logging"]), "level", fc.constantFrom("debug", "warn")),
    at(fc.constant(["failover"]), "hold_back_ms", fc.nat(999)),
    at(fc.constant(["router", "background"]), "patterns", fc.array(word, { maxLength: 2 })),
    at(fc.constant(["providers"]), "brand new", fc.record({ type: fc.constant("groq"), api_key: word })),
    remove(fc.constant(["models"]), models[1]),
  );
}

describe.each(Object.keys(FILES) as Dialect[])("random changes to a file of the %s dialect", (dialect) => {
  it("do what they say, keep every other line, and keep what is not theirs", async () => {
    const original = await load(dialect);
    const before = await parseConfig(original, { path: "f", env: {} });
    expect(before.tree).toBeDefined();
    await fc.assert(
      fc.asyncProperty(fc.array(changes(dialect), { minLength: 1, maxLength: 4 }), async (wanted) => {
        // A later change may speak of an entry that an earlier one took away.
        const made = wanted.filter(({ path }) => path[1] !== FILES[dialect].models[1] || path.length === 2);
        const text = applyChanges(original, made);
        const after = await parseConfig(text, { path: "f", env: {} });
        expect(after.faults.filter((fault) => fault.message.startsWith("this is not TOML"))).toEqual([]);
        expect(after.tree).toBeDefined();
        for (const change of made) {
          if ("delete" in change || made.some((other) => other !== change && overlaps(other.path, change.path)))
            continue;
          // Tables come back with their defaults.
          expect([at(after.tree, change.path)]).toMatchObject([change.value]);
        }
        // Comments and unknown keys are nobody's to change, lists of lines keep their order.
        const kept = original.split("\n").filter((line) => /^\s*#|mystery/.test(line));
        expect(text.split("\n").filter((line) => kept.includes(line))).toEqual(kept);
        expect(lostLines(original, text)).toBeLessThanOrEqual(made.reduce((sum, change) => sum + reach(change), 0));
      }),
      { numRuns: 60 },
    );
  });

  it("undo themselves byte for byte where they only replaced a value", async () => {
    const original = await load(dialect);
    fc.assert(
      fc.property(fc.constantFrom(...FILES[dialect].providers), fc.string({ minLength: 1 }), (name, key) => {
        const path = ["providers", name, "api_key"];
        const there = applyChanges(original, [{ path, value: key }]);
        const old = /api_key = "(.*)"/.exec(original.slice(original.indexOf(`name = "${name}"`)))?.[1] ?? "";
        expect(applyChanges(there, [{ path, value: old }])).toBe(original);
      }),
      { numRuns: 30 },
    );
  });
});

function overlaps(a: Change["path"], b: Change["path"]): boolean {
  return a.slice(0, b.length).join("\0") === b.slice(0, a.length).join("\0");
}

function at(tree: unknown, path: Change["path"]): unknown {
  return path.reduce<unknown>((node, key) => {
    if (Array.isArray(node)) return node.find((entry) => entry.name === key);
    return (node as Record<string, unknown> | undefined)?.[key];
  }, tree);
}

function lostLines(before: string, after: string): number {
  const left = after.split("\n");
  return before.split("\n").filter((line) => {
    const index = left.indexOf(line);
    if (index >= 0) left.splice(index, 1);
    return index < 0;
  }).length;
}

/** How many lines of the original a change may touch at most. */
function reach(change: Change): number {
  return change.path[0] === "models" && change.path.length === 2 ? 12 : 4;
}
