import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { formatFault } from "../../lib/config/faults.ts";
import { type LoadedConfig, parseConfig } from "../../lib/config/load.ts";
import type { Mapping } from "../../lib/config/settings.ts";

/**
 * Each `golden/FOLDER/NAME.toml` is read to exactly what `NAME.json` says: the canonical tree, what each model comes to, and what
 * is told of it. `npx vitest run test/config -u` writes the expectations anew; read the difference before you keep it.
 */
const ROOT = fileURLToPath(new URL("./golden/", import.meta.url));
const TEMPLATES = fileURLToPath(new URL("../../templates/", import.meta.url));

const ENV = {
  CLIENT_KEY: "client",
  KIMI_KEY: "sk-kimi-key",
  OPENAI_API_KEY: "sk-proj-key",
  OPENROUTER_API_KEY: "sk-or-key",
  GROQ_API_KEY: "gsk_key",
  ANTHROPIC_API_KEY: "ccm-proxy",
  ANTHROPIC_UPSTREAM_KEY: "sk-ant-key",
};

async function check(file: string, golden: string): Promise<void> {
  const loaded = await parseConfig(await readFile(file, "utf8"), { path: "ccm-config.toml", env: ENV });
  await expect(`${readable(summary(loaded))}\n`).toMatchFileSnapshot(golden);
}

/** JSON as the formatter of this repository would write it: short lists on one line. */
function readable(value: unknown, indent = "", before = 0): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    const short = `[${value.map((item) => JSON.stringify(item)).join(", ")}]`;
    const scalars = value.every((item) => typeof item !== "object");
    if (scalars && before + short.length < 120) return short;
    return `[\n${value.map((item) => inner + readable(item, inner)).join(",\n")}\n${indent}]`;
  }
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  if (entries.length === 0) return "{}";
  const line = ([key, item]: [string, unknown]) => {
    const start = `${inner}${JSON.stringify(key)}: `;
    return start + readable(item, inner, start.length);
  };
  return `{\n${entries.map(line).join(",\n")}\n${indent}}`;
}

function summary({ tree, settings, faults, notes }: LoadedConfig) {
  return {
    faults: faults.map(formatFault),
    notes: notes.map(formatFault),
    usable: settings !== undefined,
    models: Object.fromEntries([...(settings?.models.values() ?? [])].map((m) => [m.name, m.mappings.map(inWords)])),
    tree,
  };
}

function inWords({ provider, model, standIn, priority, price }: Mapping): string {
  const cost = price?.flat ? "flat" : price ? `$${price.input}/$${price.output}` : "price unknown";
  return `${priority}. ${provider.name}: ${model}${standIn ? " (stand-in)" : ""}, ${provider.wire} at ${provider.baseUrl}, ${provider.authType} with ${provider.apiKeys.length} key(s), ${cost}`;
}

const folders = await readdir(ROOT);
const inputs = await Promise.all(
  folders.map(async (folder) => {
    const files = await readdir(`${ROOT}${folder}`);
    return files.filter((name) => name.endsWith(".toml")).map((name) => `${folder}/${name.slice(0, -5)}`);
  }),
);

describe("a configuration is read as expected", () => {
  it.each(inputs.flat().sort())("%s", async (name) => {
    await check(`${ROOT}${name}.toml`, `${ROOT}${name}.json`);
  });

  it.each(["ccm-config", "presets/oauth", "presets/api-key", "presets/cost"])("templates/%s", async (name) => {
    await check(`${TEMPLATES}${name}.toml`, `${ROOT}templates/${name.replace("/", "-")}.json`);
  });
});

describe("both dialects", () => {
  it("come to the same settings when they say the same", async () => {
    const original = await parseConfig(
      `[server.timeouts]
api_timeout_ms = 5000
[router]
default = "glm"
think = "glm"
background_regex = "mini"
[[providers]]
name = "zai"
provider_type = "zai"
auth_type = "apikey"
api_key = "k"
models = []
[[models]]
name = "glm"
[[models.mappings]]
actual_model = "glm-5.3"
priority = 4
provider = "zai"
`,
      { path: "f", env: {} },
    );
    const canonical = await parseConfig(
      `[performance]
request_timeout_seconds = 5
[router.default]
model = "glm"
[router.reasoning]
model = "glm"
[router.background]
patterns = ["mini"]
[[providers]]
name = "zai"
type = "zai"
auth_type = "api_key"
api_key = "k"
[[models]]
name = "glm"
providers = [{ name = "zai", model = "glm-5.3", priority = 4 }]
`,
      { path: "f", env: {} },
    );
    expect(original.faults).toEqual([]);
    expect(original.tree).toEqual(canonical.tree);
  });
});
