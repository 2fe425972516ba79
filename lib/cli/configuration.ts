import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { createConfig, readTemplate } from "../config/create.ts";
import type { Fault } from "../config/faults.ts";
import { type LoadedConfig, loadConfig } from "../config/load.ts";
import { locateConfig } from "../config/locate.ts";
import type { Settings } from "../config/settings.ts";
import type { Address } from "../daemon/find.ts";
import { tildePath } from "./terminal.ts";
import { CommandFailed, stringValue, type VerbContext } from "./verb.ts";
import { faultLine } from "./words.ts";

/** The configuration file, as far as it can be understood. */
export interface OpenedConfig extends Address {
  path: string;
  exists: boolean;
  /** It was missing and has just been made from the template. */
  created: boolean;
  /** Undefined when faults make the file unusable. Holds secrets. */
  settings: Settings | undefined;
  faults: readonly Fault[];
  notes: readonly Fault[];
}

/** Where a server listens of which nobody says otherwise. */
const DEFAULT_ADDRESS = { host: "127.0.0.1", port: 13_456 };

/** The place of the configuration file. @param flag `--config`, if given */
export async function configPath(env: NodeJS.ProcessEnv, flag: string | undefined): Promise<string> {
  return (await locateConfig({ flag, env, home: env.HOME || homedir() })).path;
}

/** Reads the configuration; one that is missing or broken says so in what is returned. */
export async function readConfig(env: NodeJS.ProcessEnv, path: string): Promise<OpenedConfig> {
  if (!existsSync(path)) return describe(path, false, undefined);
  return describe(path, true, await loadConfig(path, env));
}

/** Reads the configuration, and creates a missing one from the template. */
export async function openConfig(env: NodeJS.ProcessEnv, flag: string | undefined): Promise<OpenedConfig> {
  const path = await configPath(env, flag);
  const created = !existsSync(path) && (await createConfig(path, await readTemplate("custom")));
  return { ...(await readConfig(env, path)), created };
}

/** Where the server would be by its configuration, which may be missing or broken. Creates nothing. */
export async function serverAddress(context: VerbContext): Promise<Address> {
  return readConfig(context.env, await configPath(context.env, stringValue(context, "config")));
}

function describe(path: string, exists: boolean, loaded: LoadedConfig | undefined): OpenedConfig {
  const { host, port } = loaded?.settings?.server ?? loaded?.tree?.server ?? DEFAULT_ADDRESS;
  return {
    path,
    configPath: path,
    exists,
    created: false,
    settings: loaded?.settings,
    faults: loaded?.faults ?? [],
    notes: loaded?.notes ?? [],
    host,
    port,
  };
}

/**
 * The configuration for verbs that cannot do without a sound one.
 * @throws {CommandFailed} that names every fault
 */
export async function usableConfig(context: VerbContext): Promise<OpenedConfig & { settings: Settings }> {
  const { env, terminal } = context;
  const config = await readConfig(env, await configPath(env, stringValue(context, "config")));
  const file = tildePath(config.path, env);
  if (!config.exists) throw new CommandFailed(`There is no configuration yet (${file}).`, ["Make one: ccm-quickstart"]);
  const { settings } = config;
  if (settings) return { ...config, settings };
  throw new CommandFailed("The configuration has faults.", [
    ...config.faults.map((fault) => faultLine(fault, env, terminal.paint)),
    "Mend it: ccmctl config edit",
  ]);
}
