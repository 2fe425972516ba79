import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parse, stringify } from "yaml";
import { ask } from "./run.mjs";

/** What is noted under `$WORKSPACE/.system`, in the files of Sindri's manager. */
function pathsOf({ metadata }, { workspace }) {
  const system = join(workspace, ".system");
  return {
    marker: join(system, "installed", `${metadata.name}.installed`),
    manifest: join(system, "manifest/active-extensions.yaml"),
    bom: join(system, "bom", `${metadata.name}.bom.yaml`),
  };
}

/** The marker alone decides. */
export function isInstalled(extension, places) {
  return existsSync(pathsOf(extension, places).marker);
}

export function hasMarker(name, places) {
  return isInstalled({ metadata: { name } }, places);
}

export function noteInstalled(extension, places) {
  const paths = pathsOf(extension, places);
  write(paths.bom, stringify(billOfMaterials(extension, places)));
  noteActive(extension, places, true);
  write(paths.marker, `${new Date().toISOString()}\n`);
}

export function noteRemoved(extension, places) {
  const paths = pathsOf(extension, places);
  rmSync(paths.marker, { force: true });
  rmSync(paths.bom, { force: true });
  noteActive(extension, places, false);
}

/** @returns the bill of materials as it was noted; undefined when there is none */
export function readBill(extension, places) {
  const { bom } = pathsOf(extension, places);
  return existsSync(bom) ? parse(readFileSync(bom, "utf8")) : undefined;
}

/** The manifest lists other extensions, too, where Sindri keeps it. */
function noteActive({ metadata }, places, active) {
  const { manifest } = pathsOf({ metadata }, places);
  const old = existsSync(manifest) ? parse(readFileSync(manifest, "utf8")) : undefined;
  const others = (old?.extensions ?? []).filter(({ name }) => name !== metadata.name);
  const entry = { name: metadata.name, active, category: metadata.category, protected: false };
  write(
    manifest,
    stringify({ version: "1.0", ...old, generated: new Date().toISOString(), extensions: [...others, entry] }),
  );
}

function billOfMaterials({ metadata, bom }, { environment }) {
  const { name, version, category, description } = metadata;
  const tools = (bom?.tools ?? []).map((tool) => ({
    ...tool,
    version: tool.version === "dynamic" ? versionOf(tool.name, environment) : (tool.version ?? "unknown"),
  }));
  return { name, version, category, description, generated: new Date().toISOString(), tools, files: bom?.files ?? [] };
}

function versionOf(command, env) {
  return ask(command, ["--version"], { seconds: 5, env }).output.match(/\d+\.\d+\.\d+/)?.[0] ?? "unknown";
}

function write(path, text) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
