import { parseConfig } from "../../lib/config/load.ts";
import type { Settings } from "../../lib/config/settings.ts";
import type { HealthView } from "../../lib/routing/decision.ts";

/** Settings of a configuration given as TOML. A faulty one is the test's fault. */
export async function settingsOf(toml: string, env: Record<string, string> = {}): Promise<Settings> {
  const { settings, faults } = await parseConfig(toml, { path: "test.toml", env });
  if (!settings || faults.length > 0)
    throw new Error(faults.map(({ line, message }) => `${line}: ${message}`).join("\n"));
  return settings;
}

/** What is known of providers, where a test says nothing else: all well, nothing measured, nobody served. */
export function healthy(known: Partial<HealthView> = {}): HealthView {
  return {
    coolingUntil: () => 0,
    timeToFirstToken: () => undefined,
    lastServed: () => undefined,
    ...known,
  };
}
