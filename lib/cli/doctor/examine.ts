import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { type Found, findServer } from "../../daemon/find.ts";
import { portOwner } from "../../daemon/port-owner.ts";
import { stateDir } from "../../daemon/state-dir.ts";
import { type OpenedConfig, readConfig, serverAddress } from "../configuration.ts";
import { connectionTo } from "../connection.ts";
import { findProgram } from "../find-program.ts";
import type { VerbContext } from "../verb.ts";
import { VERSION } from "../version.ts";
import {
  checkClaudeSettings,
  checkClientEnvironment,
  checkShellFiles,
  type SettingsFile,
  sameAddress,
} from "./client-checks.ts";
import type { Finding } from "./finding.ts";
import { checkModels } from "./model-checks.ts";
import { checkNetwork } from "./network-checks.ts";
import { checkConfig, checkProviders, checkServer } from "./server-checks.ts";

/** What was looked at, and what was found there. */
export interface Examination {
  found: Found;
  config: OpenedConfig;
  findings: Finding[];
}

/** Looks at the server, its configuration, Claude Code's settings and the way to the vendors. Changes nothing. */
export async function examine(context: VerbContext): Promise<Examination> {
  const { env } = context;
  const address = await serverAddress(context);
  const found = await findServer(stateDir(env), address);
  const server = found.state === "stopped" ? address : found.record;
  const config = await readConfig(env, server.configPath);
  const connection = connectionTo(config, server);
  const expectsIt = sameAddress(env.ANTHROPIC_BASE_URL ?? "", connection.url);
  const owner = found.state === "stopped" ? portOwner(server.port) : undefined;
  const findings = [
    ...checkConfig(config, env),
    ...(config.settings ? checkModels(config.settings, env) : []),
    ...checkServer(found, server.port, owner, { version: VERSION, expectsIt }),
    ...(found.state === "running" ? checkProviders(found.health, env, keyVariables(config)) : []),
    ...checkClientEnvironment(env, connection),
    ...checkClaudeSettings(read(claudeSettings(env)), connection),
    ...checkShellFiles(read(shellFiles(env)), connection),
    ...checkClaude(env),
    ...(await checkNetwork(baseUrls(config))),
  ];
  return { found, config, findings };
}

function checkClaude(env: NodeJS.ProcessEnv): Finding[] {
  if (findProgram("claude", env)) return [];
  return [{ level: "hint", what: "Claude Code is not on PATH", mend: "npm install -g @anthropic-ai/claude-code" }];
}

/** Where Claude Code looks for settings, the strongest last. */
function claudeSettings(env: NodeJS.ProcessEnv): string[] {
  const user = env.CLAUDE_CONFIG_DIR || join(env.HOME || homedir(), ".claude");
  return [
    join(user, "settings.json"),
    join(process.cwd(), ".claude", "settings.json"),
    join(process.cwd(), ".claude", "settings.local.json"),
    process.platform === "darwin"
      ? "/Library/Application Support/ClaudeCode/managed-settings.json"
      : "/etc/claude-code/managed-settings.json",
  ];
}

function shellFiles(env: NodeJS.ProcessEnv): string[] {
  const home = env.HOME || homedir();
  return [".profile", ".bash_profile", ".bashrc", ".zshrc", ".zprofile", ".config/fish/config.fish"].map((name) =>
    join(home, name),
  );
}

function read(paths: readonly string[]): SettingsFile[] {
  return [...new Set(paths)].flatMap((path) => {
    try {
      return [{ path, text: readFileSync(path, "utf8") }];
    } catch {
      return []; // not there, or not ours to read: then it is not what is wrong here
    }
  });
}

function keyVariables({ settings }: OpenedConfig): Map<string, string> {
  const named = [...(settings?.providers.values() ?? [])].flatMap(({ name, type }) =>
    type.keyVariable === undefined ? [] : ([[name, type.keyVariable]] as const),
  );
  return new Map(named);
}

function baseUrls({ settings }: OpenedConfig): Map<string, string> {
  const enabled = [...(settings?.providers.values() ?? [])].filter(
    ({ enabled, baseUrl }) => enabled && URL.canParse(baseUrl),
  );
  return new Map(enabled.map(({ name, baseUrl }) => [name, baseUrl]));
}
