/**
 * Everything the page knows of the server. Components read it; `connection.ts` keeps it fresh.
 */
import { computed, signal } from "@preact/signals";
import type { ConfigTree } from "../../config/schema.ts";
import type { ConfigView, ModelView, ProviderView, SimulateView, StatusView } from "../../server/admin/views.ts";
import { providerNow } from "../words/states.ts";
import { getJson } from "./api.ts";
import { now } from "./clock.ts";
import { resource } from "./resource.ts";

export type Connection = "connecting" | "live" | "lost" | "refused";

export const connection = signal<Connection>("connecting");
export const status = signal<StatusView | undefined>(undefined);
/** Why the server turns this page away, in its own words. */
export const refusal = signal("");
/** Something to tell once, such as that the server was restarted. */
export const notice = signal<string | undefined>(undefined);

export const config = resource(() => getJson<ConfigView & { config: ConfigTree }>("/api/config"));
export const providers = resource(async () => (await getJson<{ items: ProviderView[] }>("/api/providers")).items);
export const models = resource(async () => (await getJson<{ items: ModelView[] }>("/api/models")).items);
export const simulate = resource(() => getJson<SimulateView>("/api/simulate"));

/** True when clients must send one of the server's own keys; the page's test message too. */
export const needsKey = computed(() => (config.data.value?.config.server.api_keys.length ?? 0) > 0);

/** What Claude Code has to know to come here. */
export const here = computed(() => ({
  origin: location.origin,
  needsKey: needsKey.value,
  compaction: status.value?.compaction ?? {},
}));

let shown: StatusView | undefined;

/** The status as it is this second: pauses and simulated failures end by the clock. Stays the same object until it differs. */
export const statusNow = computed(() => {
  const next = status.value && {
    ...status.value,
    providers: status.value.providers.map((provider) => providerNow(provider, now.value)),
    simulations: status.value.simulations.filter(({ until }) => until > now.value),
  };
  if (JSON.stringify(next) !== JSON.stringify(shown)) shown = next;
  return shown;
});

export const providerByName = computed(
  () => new Map(statusNow.value?.providers.map((provider) => [provider.name, provider])),
);

/** Reads everything again that depends on the configuration. */
export async function loadConfiguration(): Promise<void> {
  await Promise.all([config.load(), providers.load(), models.load(), simulate.load()]);
}
