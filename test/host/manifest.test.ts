import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Ajv, type AnySchemaObject } from "ajv";
import addFormats from "ajv-formats";
import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { clientEnv, STAND_IN_KEY } from "../../lib/cli/client-env.ts";
import { REPOSITORY, VERSION } from "./machine.ts";
import { STRICT_EXTENSION } from "./strict-extension.ts";

/** The host's own schemas, read in place beside the checkout. */
const SCHEMAS = resolve(REPOSITORY, "../shared/host");
const haveSchemas = existsSync(SCHEMAS);

const manifests = {
  v2: parse(readFileSync(join(REPOSITORY, "extension.yaml"), "utf8")),
  v3: parse(readFileSync(join(REPOSITORY, "extension.v3.yaml"), "utf8")),
};

function faultsOf(schema: AnySchemaObject, value: unknown): unknown[] {
  const ajv = new Ajv({ allErrors: true, strict: false });
  addFormats.default(ajv);
  const validate = ajv.compile(schema);
  validate(value);
  return validate.errors ?? [];
}

describe.each(["v2", "v3"] as const)("the manifest for %s", (generation) => {
  const manifest = manifests[generation];

  test.skipIf(!haveSchemas)("is valid by the host's schema (needs ../shared/host)", () => {
    const schema = JSON.parse(readFileSync(join(SCHEMAS, `${generation}-extension.schema.json`), "utf8"));
    expect(faultsOf(schema, manifest)).toEqual([]);
  });

  test("has no key that the host does not know", () => {
    expect(faultsOf(STRICT_EXTENSION[generation], manifest)).toEqual([]);
    expect(faultsOf(STRICT_EXTENSION[generation], { ...manifest, instal: {} })).toHaveLength(1);
  });

  test("holds no value that breaks the host's own check: no backslash, no double quote, no line break in what v2 reads", () => {
    const { docs: _, ...read } = manifest;
    for (const value of strings(read)) expect(value).not.toMatch(/[\\"\n]/);
  });

  test("exports what `ccmctl env` prints", () => {
    const exports = manifest.configure.environment.map(({ key, value }: Export) => [key, value]);
    const { set } = clientEnv(
      { url: "http://127.0.0.1:13456", profile: "proxy", serverKey: undefined, compaction: {} },
      {},
    );
    expect(Object.fromEntries(exports)).toEqual(set);
    expect(set.ANTHROPIC_API_KEY).toBe(STAND_IN_KEY);
  });

  test("exports what the scripts write and take away", async () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: bash's, not ours
    const print = 'here="$1"; source "$1/scripts/host/common.sh"; printf "%s\\n" "${ENVIRONMENT[@]}"';
    const { stdout } = await execa("bash", ["-c", print, "bash", REPOSITORY]);
    expect(stdout.split("\n")).toEqual(
      manifest.configure.environment.map(({ key, value }: Export) => `${key}=${value}`),
    );
  });

  test("names scripts that are there, and destroys nothing of the user's", () => {
    for (const { script } of [manifest.install, manifest.remove, manifest.upgrade]) {
      if (script) expect(existsSync(join(REPOSITORY, script.path))).toBe(true);
    }
    expect(manifest.remove.paths).toEqual([]);
  });
});

test("the npm package holds all that an installed version consists of", async () => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: bash's, not ours
  const print = 'here="$1"; source "$1/scripts/host/program.sh"; printf "%s\\n" "${PAYLOAD[@]}"';
  const payload = (await execa("bash", ["-c", print, "bash", REPOSITORY])).stdout.split("\n");
  const { files } = JSON.parse(readFileSync(join(REPOSITORY, "package.json"), "utf8"));
  expect(["package.json", ...files]).toEqual(expect.arrayContaining(payload));
});

test("versions: v2 carries the program's, v3 one that the host's matrix accepts and the program's in its arguments", () => {
  expect(manifests.v2.metadata.version).toBe(VERSION);
  expect(manifests.v3.metadata.version).toMatch(/^1\./);
  expect(manifests.v3.install.script.args).toEqual(["--from", VERSION]);
});

test("v2 asks nothing at removal: without a terminal the host would stop there", () => {
  expect(manifests.v2.remove.confirmation).toBe(false);
});

interface Export {
  key: string;
  value: string;
}

function strings(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(strings) : [];
}
