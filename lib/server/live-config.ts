import type { LoadedConfig } from "../config/load.ts";
import type { Settings } from "../config/settings.ts";
import { checkedForHost } from "./bound-host.ts";
import type { ServerContext } from "./context.ts";

/** A good file is used from now on; with a broken one the last good one stays. Requests under way keep what they began with. */
export function useConfig(context: ServerContext, read: LoadedConfig): void {
  const loaded = checkedForHost(read, new URL(context.url).hostname);
  const before = context.config.settings;
  const settings = loaded.settings ?? before;
  forgetChanged(context, before.providers, settings.providers);
  context.setConfig({ settings, tree: (loaded.settings && loaded.tree) ?? context.config.tree, loaded });
  context.log.configure(settings.logging);
  reportConfig(context, loaded);
}

/** Tells the log what became of the file. */
export function reportConfig({ log }: ServerContext, loaded: LoadedConfig): void {
  for (const fault of loaded.faults)
    log.write("error", `config: ${fault.key}: ${fault.message}`, { at: `${fault.path}:${fault.line ?? 1}` });
  for (const note of loaded.notes)
    log.write("warn", `config: ${note.key}: ${note.message}`, { at: `${note.path}:${note.line ?? 1}` });
  if (loaded.settings)
    log.write("info", "configuration in use", {
      path: loaded.path,
      providers: loaded.settings.providers.size,
      models: loaded.settings.models.size,
    });
  else log.write("error", "the configuration file is broken; the last good one stays in use", { path: loaded.path });
}

/** A provider with another key or address is another one to health: what the old one did does not count. */
function forgetChanged({ health }: ServerContext, before: Settings["providers"], now: Settings["providers"]): void {
  for (const [name, old] of before) {
    const next = now.get(name);
    const same =
      next &&
      next.baseUrl === old.baseUrl &&
      next.query === old.query &&
      next.wire === old.wire &&
      next.apiKeys.join("\n") === old.apiKeys.join("\n");
    if (!same) health.reset(name);
  }
}
