import { FAILURE_REASONS } from "../catalog/failure-reasons.ts";
import { compactVariables } from "../config/compact-window.ts";
import type { Provider } from "../config/settings.ts";
import { credentialCount } from "../credentials/headers.ts";
import { faultViews } from "./admin/present/faults.ts";
import type { LoginView, ProviderState, ProviderStatus, StatusView } from "./admin/views.ts";
import type { ServerContext } from "./context.ts";
import { loginView } from "./oauth/login-view.ts";
import { troubles } from "./troubles.ts";

/** How the server and each provider are doing; holds no secret. */
export function statusView(context: ServerContext): StatusView {
  const { loaded, settings } = context.config;
  const installed = context.installed();
  return {
    version: context.version,
    ...(installed !== undefined && { installed_version: installed }),
    pid: process.pid,
    started_at: context.startedAt,
    uptime_s: Math.floor(process.uptime()),
    url: context.url,
    config: {
      path: loaded.path,
      etag: loaded.etag,
      valid: loaded.settings !== undefined,
      faults: faultViews(loaded.faults),
    },
    state_dir: context.stateDir,
    compaction: compactVariables(settings),
    providers: [...settings.providers.values()].map((provider) => providerStatus(provider, context)),
    totals: { ...context.journal.totals },
    simulations: context.simulations.list(),
    troubles: troubles(context),
  };
}

/** `GET /health`: what `ccmctl status` and a watchdog need. */
export function healthAnswer(context: ServerContext): { status: "ok" | "degraded"; [detail: string]: unknown } {
  const { providers, config, ...status } = statusView(context);
  return {
    status: config.valid ? "ok" : "degraded",
    ...status,
    config: { path: config.path, valid: config.valid, faults: config.faults },
    providers: providers.map(({ name, type, state, cooling_until, last_failure, login }) => ({
      name,
      type,
      state,
      cooling_until,
      last_failure,
      // Not whose it is: everybody on this machine may ask for this.
      login: login && { state: login.state, message: login.message, usage: login.usage },
    })),
    active_requests: context.gate.inside,
    awaited_clients: context.comebacks.waitedFor,
    last_error: context.log.lastError,
  };
}

function providerStatus(provider: Provider, { health, journal, credentials }: ServerContext): ProviderStatus {
  const last = health.lastFailure(provider.name);
  const cooling = coolingUntil(provider, health.coolingUntil.bind(health));
  const login = loginView(provider, credentials);
  const state = stateOf(provider, cooling, last?.reason, login?.state);
  return {
    name: provider.name,
    type: provider.type.id,
    label: provider.type.label,
    wire: provider.wire,
    auth_type: provider.authType,
    enabled: provider.enabled,
    state,
    ...(cooling > 0 && { cooling_until: Math.round(cooling) }),
    ...(login && { login }),
    ...(last && { last_failure: { ...last, label: FAILURE_REASONS[last.reason].label } }),
    ...journal.ofProvider(provider.name),
  };
}

/** Logins that only the user can mend. */
const NO_LOGIN = new Set<LoginView["state"] | undefined>(["signed_out", "needs_login", "blocked", "off"]);

function stateOf(
  provider: Provider,
  cooling: number,
  reason: string | undefined,
  login: LoginView["state"] | undefined,
): ProviderState {
  if (!provider.enabled) return "disabled";
  if (provider.authType === "api_key" && provider.apiKeys.length === 0) return "no_key";
  if (NO_LOGIN.has(login) || (cooling > 0 && reason === "auth")) return "needs_login";
  return cooling > 0 ? "cooling" : "ok";
}

/** The provider is cooling while all of its credentials are. */
function coolingUntil(
  provider: Provider,
  until: (provider: string, credential: number, model: string) => number,
): number {
  const each = Array.from({ length: Math.max(1, credentialCount(provider)) }, (_, i) => until(provider.name, i, ""));
  return each.includes(0) ? 0 : Math.min(...each);
}
