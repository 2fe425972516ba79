import { compactVariables } from "../config/compact-window.ts";
import type { Settings } from "../config/settings.ts";
import { reachableUrl } from "../daemon/health.ts";
import { runningServer } from "../daemon/restart.ts";
import { stateDir } from "../daemon/state-dir.ts";
import type { Connection } from "./client-env.ts";
import { type OpenedConfig, readConfig, serverAddress } from "./configuration.ts";
import type { VerbContext } from "./verb.ts";

/** How a client would reach the server that runs, or that would be started. */
export async function clientConnection(context: VerbContext): Promise<Connection> {
  const running = runningServer(stateDir(context.env));
  const address = running ?? (await serverAddress(context));
  return connectionTo(await readConfig(context.env, address.configPath), address);
}

export function connectionTo(config: OpenedConfig, { host, port }: { host: string; port: number }): Connection {
  return {
    url: reachableUrl(host, port),
    serverKey: config.settings?.server.api_keys.find((key) => key !== ""),
    profile: config.settings && passesLoginThrough(config.settings) ? "subscription" : "proxy",
    compaction: compactVariables(config.settings),
  };
}

function passesLoginThrough({ providers }: Settings): boolean {
  return [...providers.values()].some((provider) => provider.enabled && provider.authType === "passthrough");
}
