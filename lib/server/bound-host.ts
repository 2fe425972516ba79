import type { LoadedConfig } from "../config/load.ts";
import { isLoopback } from "../config/resolve.ts";

/**
 * The configuration is checked against the host that it names; the server may be bound to another one, by `--host` or because
 * the file has changed since. Beyond loopback, settings without `api_keys` would let anybody spend the user's money.
 * @param host at which the server listens, or is to listen
 * @returns the configuration, unusable where the host asks for keys that it does not have
 */
export function checkedForHost(loaded: LoadedConfig, host: string): LoadedConfig {
  const { settings, path, faults } = loaded;
  if (!settings || isLoopback(host) || settings.server.api_keys.length > 0) return loaded;
  const message = `the server listens on ${host}, which can be reached from other machines: set server.api_keys, or restart it with host 127.0.0.1.`;
  return { ...loaded, settings: undefined, faults: [...faults, { path, key: "server.api_keys", message }] };
}
