/**
 * What the admin API answers: the shapes that the page and `ccmctl --json` read. Types only, so that the page can share
 * them. Keys are written as in the configuration file; nothing in here may hold a secret.
 */
import type { FailureReason } from "../../catalog/failure-reasons.ts";
import type { ProviderType } from "../../catalog/types.ts";
import type { WireId } from "../../catalog/wire-ids.ts";
import type { BudgetConfig } from "../../config/schema.ts";
import type { BudgetView } from "../../journal/budget.ts";
import type { JournalEntry } from "../../journal/entry.ts";
import type { UsageReport } from "../../journal/usage-report.ts";
import type { Explanation } from "../../routing/explain.ts";

/** How a provider is doing. `needs_login`: its login or key was refused; `no_key`: it has none to send. */
export type ProviderState = "ok" | "cooling" | "needs_login" | "no_key" | "disabled";

export interface ProviderStatus {
  name: string;
  /** Catalogue id. */
  type: string;
  label: string;
  wire: WireId;
  auth_type: string;
  enabled: boolean;
  state: ProviderState;
  /** Epoch ms. */
  cooling_until?: number;
  /** `time` in epoch ms. */
  last_failure?: { reason: FailureReason; label: string; message: string; time: number };
  /** Who is signed in there; absent where a key, or nothing, opens it. */
  login?: LoginView;
  /** Attempts at this provider since the server started. */
  requests: number;
  failures: number;
  /** Oddities of its answers that were mended or put up with: how many answers, by what was odd. */
  oddities?: Readonly<Record<string, number>>;
}

/**
 * Who is signed in at a provider.
 * `signed_out`: nobody is. `needs_login`: the vendor has ended the login. `blocked`: the vendor, or an administrator, has
 * shut the account out. `later`: there is no token just now, but it is being seen to. `off`: this login must be switched on
 * in the configuration first. `passed_through`: Claude Code sends its own.
 */
export interface LoginView {
  state: "ok" | "signed_out" | "needs_login" | "blocked" | "later" | "off" | "passed_through";
  /** What one signs in to. */
  label: string;
  email?: string;
  plan?: string;
  /** Epoch ms; the token is refreshed before. */
  expires_at?: number;
  /** What is wrong with it, or was at the last refresh. */
  message?: string;
  /** The login belongs to another program, and only that one refreshes it: its name, or the path of its file. */
  from?: string;
  /** How much of the plan is used up, as the vendor's last answer said. `used` is 1 when all is. Times in epoch ms. */
  usage?: { windows: { window: string; used: number; resets_at?: number }[]; overage: boolean; seen_at: number };
  /** To be read before one signs in. */
  terms?: TermsView;
  /** How to sign in where the vendor's page cannot come back to this machine, and the terms of that way, if others. */
  elsewhere?: { method: "paste" | "device"; label: string; terms?: TermsView };
}

/** What a vendor's published terms say of programs like this one. */
export interface TermsView {
  as_of: string;
  text: string;
  source: string;
  /** Where the user can end the login at the vendor's. */
  manage: string;
}

/** An item of `GET /api/oauth/tokens`. */
export interface LoginItem extends LoginView {
  provider: string;
}

/** Answer of `POST /api/oauth/authorize`. */
export interface SignInView {
  /** To be opened in a browser. */
  url: string;
  /** Names this sign-in. */
  state: string;
  /** Epoch ms. */
  expires_at: number;
  /** What can end it: the browser's return to this machine, something pasted, the code that was typed. */
  expects: ("callback" | "paste" | "device")[];
  /** To be typed at `url`. */
  user_code?: string;
  /** Why the browser will not come back by itself, where it should. */
  note?: string;
  terms?: TermsView;
}

/** Answer of `GET /api/oauth/authorize/STATE`. */
export interface SignInStateView {
  provider: string;
  state: "waiting" | "done" | "failed";
  message?: string;
}

/** Answer of `POST /api/oauth/tokens/delete`. */
export interface SignedOutView {
  /** The vendor confirmed that the login is void. */
  revoked: boolean;
  /** Where to end it by hand, if not. */
  manage?: string;
}

export interface ConfigFault {
  /** Keys from the top of the file, dotted. */
  path: string;
  line?: number;
  message: string;
}

/** A provider that is made to fail on purpose. `until` in epoch ms. */
export interface Simulation {
  provider: string;
  failure: string;
  until: number;
}

export interface StatusView {
  version: string;
  /** Another version that is installed beside this one and would run from the next start on. */
  installed_version?: string;
  pid: number;
  /** Epoch ms. */
  started_at: number;
  uptime_s: number;
  url: string;
  /** `valid` is false while the file on disk is broken and the last good one is in use. */
  config: { path: string; etag: string; valid: boolean; faults: ConfigFault[] };
  state_dir: string;
  /** Variables that tell Claude Code when to summarise a conversation; none where it knows by itself. */
  compaction: Readonly<Record<string, string>>;
  providers: ProviderStatus[];
  /** Since the server started. `failovers`: requests that a later provider served after an earlier one had failed. */
  totals: { requests: number; failed: number; failovers: number; cancelled: number };
  simulations: Simulation[];
  /** What is wrong around the server, though it serves: a full disk, a configuration that is gone … Sentences for the user. */
  troubles: string[];
}

export interface PriceView {
  /** US dollars per million tokens. */
  input: number;
  output: number;
  cache_read?: number;
  cache_write?: number;
}

export interface ProviderView extends ProviderStatus {
  group: ProviderType["group"];
  base_url: string;
  priority: number;
  /** Masked, in the order of the file. */
  keys: string[];
  /** The keys as the file gives them where it names an environment variable. */
  key_references: string[];
  /** Environment variable that usually holds the key. */
  key_variable?: string;
  key_url?: string;
  docs?: string;
  note?: string;
  /** Names of extra request headers. */
  headers: string[];
  project?: string;
  location?: string;
  timeouts: Record<string, number>;
  used_by: { model: string; priority: number }[];
}

/** What is known of a model at a provider. */
export interface CapabilityViews {
  price?: PriceView;
  context_window?: number;
  max_output?: number;
  /** What it is known not to do. */
  lacks: string[];
}

export interface MappingView extends CapabilityViews {
  provider: string;
  /** The upstream's own model id. */
  model: string;
  /** The catalogue chose the id because the provider does not serve the named model. */
  stand_in: boolean;
  priority: number;
  weight: number;
}

/** A model that a provider can be asked for. */
export interface OfferedModel extends CapabilityViews {
  id: string;
}

/** Answer of `GET` and `POST /api/providers/NAME/models`. */
export interface OfferedModelsView {
  /** Who says so: the provider itself, now, or our catalogue. */
  from: "vendor" | "catalogue";
  /** Why it is not the provider's own list. */
  why?: string;
  items: OfferedModel[];
}

export interface ModelView {
  name: string;
  strategy: string;
  affinity: string;
  mappings: MappingView[];
}

/** A provider type that can be configured. */
export interface CatalogEntry {
  id: string;
  label: string;
  group: ProviderType["group"];
  wire: WireId;
  /** Empty for types that need one in the configuration. */
  base_url: string;
  auth_types: string[];
  /** Other ids under which users know it. */
  aliases: string[];
  key_variable?: string;
  key_prefix?: string;
  key_url?: string;
  /** Which of its models stands in for a Claude model of that tier. */
  stand_ins?: ProviderType["standIns"];
  docs?: string;
  note?: string;
  /** Of its stand-in for the model that Claude Code asks for mostly; by tokens in US dollars per million. */
  costs:
    | { kind: "tokens"; model: string; input: number; output: number }
    | { kind: "plan" | "own_machine" | "unknown" };
}

/** One thing that a provider was asked for, and what came of it. */
export interface ProviderCheck {
  id: "key" | "models" | "answer" | "stream" | "tools" | "vision";
  label: string;
  /** `unclear`: it answered, but not in a way that shows it. `skipped`: it was not asked, and `detail` says why. */
  outcome: "ok" | "failed" | "unclear" | "skipped";
  /** A sentence; the vendor's own words where it failed. */
  detail: string;
  /** HTTP status, where there was one. */
  status?: number;
  ms?: number;
  /** The key or login was refused. */
  refused?: true;
}

/** Answer of `POST /api/providers/NAME/test`. */
export interface ProviderTestView {
  provider: string;
  wire: WireId;
  /** The model that was asked. */
  model?: string;
  /** Claude Code would get answers from it; tools and images are told, but not counted. */
  ok: boolean;
  /** All of it in one sentence. */
  message: string;
  ms: number;
  checks: ProviderCheck[];
}

/** What went one way of a request. Credentials in the headers are masked. */
export interface PassageView {
  headers: Readonly<Record<string, string>>;
  /** Of the whole body. */
  bytes: number;
  /** Absent where bodies were not kept. */
  body?: string;
  /** All of the body is here. */
  whole?: boolean;
}

/** Answer of `GET /api/exchanges/ID`: a request as it travelled. */
export interface ExchangeView {
  path: string;
  request: PassageView;
  status?: number;
  answer?: PassageView;
  /** Each try, in its order. */
  upstream: { provider: string; url: string; sent: PassageView; status?: number; answer?: PassageView }[];
}

/** Answer of `POST /api/route`; the same as `ccmctl route --json`. */
export type RouteView = Explanation;

/** Answer of `GET /api/config`: secrets are masked in `config` and in `text`. */
export interface ConfigView {
  path: string;
  etag: string;
  config: unknown;
  faults: ConfigFault[];
  /** What works, but perhaps not as meant. */
  notes: ConfigFault[];
  text: string;
}

/** An item of `GET /api/config/backups`: a copy of the configuration file. `time` in epoch ms. */
export interface BackupView {
  /** Without the folder: it lies beside the file. */
  name: string;
  time: number;
  bytes: number;
}

export interface FaultChoice {
  id: string;
  label: string;
}

export interface SimulateView {
  faults: FaultChoice[];
  items: Simulation[];
}

/** Answer of `GET /api/usage`: the sums that were asked for, and how far each limit of the budget is used up. */
export interface UsageView extends UsageReport {
  /** Empty where no limit is set. */
  budgets: BudgetView[];
  /** Share of a limit from which on Claude Code is told; absent without a budget, as is the next. */
  warn_at?: number;
  /** What becomes of requests beyond a limit. */
  at_stop?: BudgetConfig["at_stop"];
  /** With `cheaper`: the model that serves them. */
  at_stop_model?: string;
}

/** One step of a chart. Money in US dollars, times in ms. */
export interface ChartBucket {
  /** Its beginning, in epoch ms. */
  time: number;
  ok: number;
  failed: number;
  /** Of those that are ok: served by a later provider. */
  saved: number;
  tokens_in: number;
  tokens_out: number;
  /** Of requests whose price is known. */
  cost: number;
  /** To the first token; absent where nobody got one. */
  first_p50?: number;
  first_p95?: number;
}

/** Answer of `GET /api/chart`. */
export interface ChartView {
  bucket_ms: number;
  items: ChartBucket[];
}

export interface Page<T> {
  items: T[];
  /** Give it as `before` to get what is older; absent on the last page. */
  next?: string;
}

/** Names and data of the events of `GET /api/events`. */
export interface LiveEvents {
  status: StatusView;
  /** Sent when a request starts and when it ends. */
  request: JournalEntry;
  health: ProviderStatus[];
}

/** Every error of `/api`. */
export interface ApiError {
  error: { code: string; message: string; path?: string };
  /** Of a configuration that was not saved. */
  faults?: readonly ConfigFault[];
}
