/**
 * What the admin API answers: the shapes that the page and `ccmctl --json` read. Types only, so that the page can share
 * them. Keys are written as in the configuration file; nothing in here may hold a secret.
 */

export type { ApiError, Page } from "./views/answers.ts";
export type { BackupView, ConfigFault, ConfigView } from "./views/config.ts";
export type { LoginItem, LoginView, SignedOutView, SignInStateView, SignInView, TermsView } from "./views/logins.ts";
export type {
  CapabilityViews,
  MappingView,
  ModelView,
  OfferedModelsView,
  PriceView,
} from "./views/models.ts";
export type { ProviderCheck, ProviderTestView } from "./views/provider-test.ts";
export type { CatalogEntry, ProviderState, ProviderStatus, ProviderView } from "./views/providers.ts";
export type { ExchangeView, PassageView, RouteView } from "./views/requests.ts";
export type { FaultChoice, SimulateView, Simulation } from "./views/simulations.ts";
export type { LiveEvents, StatusView } from "./views/status.ts";
export type { ChartBucket, ChartView, UsageView } from "./views/usage.ts";
