import type { Provider } from "../../../config/settings.ts";
import type { AdminDeps } from "../deps.ts";
import { ApiFault } from "../errors.ts";

/** @throws {ApiFault} 404 that lists the configured names */
export function knownProvider(deps: AdminDeps, name: string): Provider {
  const { providers } = deps.config().settings;
  const provider = providers.get(name);
  if (provider) return provider;
  const known = [...providers.keys()].join(", ") || "none";
  throw new ApiFault(404, "unknown_provider", `No provider is called "${name}". Configured: ${known}.`, {
    path: "provider",
  });
}
