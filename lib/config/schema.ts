/**
 * The canonical form of ccm-config.toml: keys, types, defaults. Types come from here and nowhere else.
 * Aliases of the original's dialect are rewritten to this form before it is checked (`aliases.ts`).
 */
import * as v from "valibot";
import { WIRE_IDS } from "../catalog/wire-ids.ts";

export const AUTH_TYPES = ["api_key", "oauth", "adc", "none", "passthrough"] as const;
export const STRATEGIES = ["priority", "load-balance", "cost", "latency"] as const;
export const RESCUES = ["off", "restart", "continue"] as const;
export const LOG_LEVELS = ["error", "warn", "info", "debug", "trace"] as const;
/** What is done with requests once a budget is used up. */
export const STOP_ACTIONS = ["refuse", "cheaper"] as const;

const milliseconds = v.pipe(v.number(), v.integer(), v.minValue(0));
const count = v.pipe(v.number(), v.integer(), v.minValue(1));
const dollars = v.pipe(v.number(), v.finite(), v.minValue(0));
const priceSchema = v.strictObject({
  input: dollars,
  output: dollars,
  cache_read: v.optional(dollars),
  cache_write: v.optional(dollars),
});

const capabilitiesSchema = v.strictObject({
  context_window: v.optional(count),
  max_output: v.optional(count),
  vision: v.optional(v.boolean()),
  tools: v.optional(v.boolean()),
  reasoning: v.optional(v.boolean()),
  structured_output: v.optional(v.boolean()),
  prefill: v.optional(v.boolean()),
});

export const serverSchema = v.strictObject({
  host: v.optional(v.string(), "127.0.0.1"),
  port: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(65535)), 13456),
  api_keys: v.optional(v.array(v.string()), []),
  admin_token: v.optional(v.string(), ""),
  allowed_hosts: v.optional(v.array(v.string()), []),
});

/** How a provider is logged in to: which way, and other addresses than the vendor's own (tests, private gateways). */
const oauthSchema = v.strictObject({
  /** Google only: its login is off unless this is true, because Google's terms forbid it to programs like this one. */
  enabled: v.optional(v.boolean()),
  /** OpenAI only: `chatgpt` (Sign in with ChatGPT) or `codex` (the older way of the Codex CLI). */
  flow: v.optional(v.picklist(["chatgpt", "codex"])),
  /** A login of another program, read and never changed: `claude-code`, `codex`, or the path of such a file. */
  from: v.optional(v.string()),
  authorize_url: v.optional(v.string()),
  token_url: v.optional(v.string()),
  revoke_url: v.optional(v.string()),
  jwks_url: v.optional(v.string()),
  issuer: v.optional(v.string()),
  profile_url: v.optional(v.string()),
  device_code_url: v.optional(v.string()),
  device_token_url: v.optional(v.string()),
  device_verify_url: v.optional(v.string()),
  device_redirect_uri: v.optional(v.string()),
  /** Base URL of the API that takes the tokens, where it is not the provider's own. */
  api_base: v.optional(v.string()),
  /** Sent as it stands; nobody listens there for us, so the answer must be pasted. */
  redirect_uri: v.optional(v.string()),
  /** Address that the callback listener binds, e.g. 0.0.0.0 in a container. Default: loopback only. */
  callback_bind: v.optional(v.string()),
  callback_port: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(65535))),
  client_id: v.optional(v.string()),
  client_secret: v.optional(v.string()),
  /** Separated by blanks. */
  scopes: v.optional(v.string()),
  /** How long before its end a token is refreshed. */
  refresh_ahead_s: v.optional(v.pipe(v.number(), v.minValue(0))),
  /** Leave the provider alone once the plan is used up and further requests would be billed. */
  plan_limits_only: v.optional(v.boolean()),
  /** Vertex AI: file with Google's credentials. Default: $GOOGLE_APPLICATION_CREDENTIALS, then gcloud's own. */
  adc_file: v.optional(v.string()),
  /** Vertex AI: address of the metadata server. */
  metadata_url: v.optional(v.string()),
  /** Vertex AI: whom requests are billed to, sent as x-goog-user-project. */
  quota_project: v.optional(v.string()),
});

/** How long a provider may be silent, in ms, where the user has not said it. */
export const USUAL_LIMIT_MS = 120_000;

export const providerSchema = v.strictObject({
  name: v.pipe(v.string(), v.minLength(1)),
  type: v.pipe(v.string(), v.minLength(1)),
  auth_type: v.optional(v.picklist(AUTH_TYPES)),
  api_key: v.optional(v.string(), ""),
  api_keys: v.optional(v.array(v.string()), []),
  base_url: v.optional(v.string(), ""),
  wire: v.optional(v.union([v.literal(""), v.picklist(WIRE_IDS)]), ""),
  priority: v.optional(v.number(), 1),
  enabled: v.optional(v.boolean(), true),
  headers: v.optional(v.record(v.string(), v.string()), {}),
  project: v.optional(v.string(), ""),
  location: v.optional(v.string(), ""),
  timeouts: v.optional(
    v.strictObject({
      connect_ms: v.optional(milliseconds, 10_000),
      first_byte_ms: v.optional(milliseconds, USUAL_LIMIT_MS),
      first_event_ms: v.optional(milliseconds, USUAL_LIMIT_MS),
      idle_ms: v.optional(milliseconds, USUAL_LIMIT_MS),
      total_ms: v.optional(milliseconds, 0),
    }),
    {},
  ),
  max_concurrent_requests: v.optional(count),
  /** Name under which its login is kept; empty: the provider's own. Two providers may share one login. */
  login: v.optional(v.string(), ""),
  oauth: v.optional(oauthSchema, {}),
});

export const mappingSchema = v.strictObject({
  name: v.pipe(v.string(), v.minLength(1)),
  model: v.optional(v.string(), ""),
  priority: v.optional(v.number()),
  weight: v.optional(v.pipe(v.number(), v.minValue(0)), 1),
  price: v.optional(priceSchema),
  capabilities: v.optional(capabilitiesSchema),
});

export const modelSchema = v.strictObject({
  name: v.pipe(v.string(), v.minLength(1)),
  strategy: v.optional(v.picklist(STRATEGIES)),
  affinity: v.optional(v.picklist(["session", "none"]), "session"),
  providers: v.optional(v.array(mappingSchema), []),
});

const routeEntries = { model: v.optional(v.string(), ""), enabled: v.optional(v.boolean(), true) };
const routeSchema = v.strictObject(routeEntries);

export const routerSchema = v.strictObject({
  enabled: v.optional(v.boolean(), true),
  auto_map: v.optional(v.string(), "^claude-"),
  strategy: v.optional(v.picklist(STRATEGIES), "priority"),
  default: v.optional(routeSchema, {}),
  websearch: v.optional(routeSchema, {}),
  reasoning: v.optional(
    v.strictObject({
      ...routeEntries,
      thinking: v.optional(v.array(v.string()), ["enabled"]),
      efforts: v.optional(v.array(v.string()), ["xhigh", "max"]),
      patterns: v.optional(v.array(v.string()), []),
    }),
    {},
  ),
  background: v.optional(
    v.strictObject({
      ...routeEntries,
      patterns: v.optional(v.array(v.string()), ["(?i)claude.*haiku"]),
      classes: v.optional(v.array(v.string()), ["auxiliary"]),
    }),
    {},
  ),
  subagent: v.optional(
    v.strictObject({ ...routeEntries, classes: v.optional(v.array(v.string()), ["subagent", "workflow"]) }),
    {},
  ),
  compaction: v.optional(
    v.strictObject({ ...routeEntries, classes: v.optional(v.array(v.string()), ["compaction"]) }),
    {},
  ),
  long_context: v.optional(v.strictObject({ ...routeEntries, threshold_tokens: v.optional(count, 200_000) }), {}),
  image: v.optional(routeSchema, {}),
});

const limit = v.optional(v.pipe(v.number(), v.finite(), v.gtValue(0)));
/** US dollars that may be spent in a period; absent: as much as you like. */
const limitEntries = { day: limit, week: limit, month: limit };
const limitsSchema = v.strictObject(limitEntries);

const budgetSchema = v.strictObject({
  ...limitEntries,
  /** Share of a limit from which on the user is told. */
  warn_at: v.optional(v.pipe(v.number(), v.gtValue(0), v.maxValue(1)), 0.75),
  at_stop: v.optional(v.picklist(STOP_ACTIONS), "refuse"),
  /** Who serves then, with `at_stop = "cheaper"`. */
  model: v.optional(v.string(), ""),
  /** By a provider's name: its own limits. Others of the same model serve once they are used up. */
  providers: v.optional(v.record(v.string(), limitsSchema), {}),
  /** By a route's name. */
  routes: v.optional(v.record(v.string(), limitsSchema), {}),
});

const telemetrySchema = v.strictObject({
  /** Base URL of an OTLP collector that takes JSON over HTTP; empty: nothing is sent. */
  endpoint: v.optional(v.string(), ""),
  headers: v.optional(v.record(v.string(), v.string()), {}),
  traces: v.optional(v.boolean(), true),
  metrics: v.optional(v.boolean(), true),
  interval_seconds: v.optional(v.pipe(v.number(), v.minValue(1)), 60),
});

export const configSchema = v.strictObject({
  server: v.optional(serverSchema, {}),
  providers: v.optional(v.array(providerSchema), []),
  models: v.optional(v.array(modelSchema), []),
  router: v.optional(routerSchema, {}),
  logging: v.optional(
    v.strictObject({
      level: v.optional(v.picklist(LOG_LEVELS), "info"),
      format: v.optional(v.picklist(["json", "text"]), "text"),
      log_bodies: v.optional(v.boolean(), false),
      /** How much of the journal is kept: at most so many MB, and nothing that is older. */
      journal_mb: v.optional(count, 100),
      journal_days: v.optional(count, 30),
    }),
    {},
  ),
  performance: v.optional(
    v.strictObject({
      max_concurrent_requests: v.optional(count, 100),
      request_timeout_seconds: v.optional(v.pipe(v.number(), v.minValue(0.001)), 600),
      connection_pool_size: v.optional(count, 10),
    }),
    {},
  ),
  retry: v.optional(
    v.strictObject({
      max_attempts: v.optional(count, 3),
      backoff_multiplier: v.optional(v.pipe(v.number(), v.minValue(1)), 2),
      initial_delay_ms: v.optional(milliseconds, 1_000),
    }),
    {},
  ),
  failover: v.optional(
    v.strictObject({
      cooldown_ms: v.optional(milliseconds, 5_000),
      max_cooldown_ms: v.optional(milliseconds, 20_000),
      failure_threshold: v.optional(count, 3),
      hold_back_ms: v.optional(milliseconds, 0),
      rescue: v.optional(v.picklist(RESCUES), "off"),
      hedge: v.optional(v.boolean(), false),
    }),
    {},
  ),
  budget: v.optional(budgetSchema),
  telemetry: v.optional(telemetrySchema),
});

/** The checked configuration with every default filled in; environment references still as written. */
export type ConfigTree = v.InferOutput<typeof configSchema>;
export type ProviderConfig = ConfigTree["providers"][number];
export type ModelConfig = ConfigTree["models"][number];
export type MappingConfig = ModelConfig["providers"][number];
export type BudgetConfig = NonNullable<ConfigTree["budget"]>;
export type TelemetryConfig = NonNullable<ConfigTree["telemetry"]>;
