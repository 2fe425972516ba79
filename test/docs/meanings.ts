/** What each key of the configuration means, for the reference. `*` stands for any one part of a key. */
export const MEANINGS: Readonly<Record<string, string>> = {
  "server.host": "Address to listen on. Anything but loopback needs `api_keys`.",
  "server.port": "Port to listen on.",
  "server.api_keys": "When set, clients must send one of them, as `x-api-key` or as a Bearer token.",
  "server.admin_token": "When set, the page and `/api` ask for it.",
  "server.allowed_hosts": "Other host names under which the page may be opened.",
  "providers[].name": "Yours to choose, unique.",
  "providers[].type": "What it is: an entry of the [catalogue](providers.md).",
  "providers[].auth_type":
    "How to log in. Default: what the type takes. `passthrough` forwards Claude Code's own login, to Anthropic only.",
  "providers[].api_key":
    "The key. `$NAME` reads the environment, `file:PATH` a file, `cmd:COMMAND` what a command prints. Default: the type's usual variable.",
  "providers[].api_keys": "Further keys, tried one after the other, each with its own health.",
  "providers[].base_url":
    "Instead of the type's own address: what stands before the endpoint. A query goes with every request, a user's name becomes a header.",
  "providers[].wire": "Instead of the type's own protocol.",
  "providers[].priority": "For mappings that give none; 1 is tried first.",
  "providers[].enabled": "`false`: never asked.",
  "providers[].headers": "Extra request headers.",
  "providers[].project": "Vertex AI: the Google Cloud project.",
  "providers[].location": "Vertex AI: its region.",
  "providers[].timeouts.connect_ms": "Longest wait for a connection.",
  "providers[].timeouts.first_byte_ms":
    "Longest wait for the answer's headers. Left as it is, it holds while somebody else is left to be asked; the last one is given all of `request_timeout_seconds`.",
  "providers[].timeouts.first_event_ms": "Longest wait, after that, for the first content; likewise.",
  "providers[].timeouts.idle_ms":
    "Longest silence: likewise before anything of the answer was passed on, in mid-answer always.",
  "providers[].timeouts.total_ms": "Longest answer; 0 for no limit.",
  "providers[].max_concurrent_requests":
    "Most requests at a time; further ones go to the next provider, or wait where there is none.",
  "providers[].login": "Name of the login to use, where several providers share one.",
  "providers[].oauth.enabled": "Google only: its login is off unless this is true. Why: [logins](oauth.md).",
  "providers[].oauth.flow": "OpenAI only: Sign in with ChatGPT, or the older way of the Codex CLI.",
  "providers[].oauth.from":
    "A login of another program, read and never changed: `claude-code`, `codex`, or the path of its file.",
  "providers[].oauth.*": "Overrides one address or detail of the login; for tests and private gateways.",
  "models[].name": "The name that Claude Code asks for.",
  "models[].strategy": "How its providers are ordered. Default: `router.strategy`. See [routing](routing.md).",
  "models[].affinity": "`session`: a conversation stays with its provider while that is healthy.",
  "models[].providers[].name": "A provider's name.",
  "models[].providers[].model":
    "The provider's own model id. Default: the same name, else the catalogue's stand-in for that tier.",
  "models[].providers[].priority": "1 is tried first. Default: the provider's.",
  "models[].providers[].weight": "Its share with `load-balance`.",
  "models[].providers[].price.*": "US dollars per million tokens, instead of the catalogue's.",
  "models[].providers[].capabilities.*": "Instead of what the catalogue knows of the model.",
  "router.enabled": "`false`: the requested name is used as it is.",
  "router.auto_map": "Names that no model has and that match go to the default route; empty switches it off.",
  "router.strategy": "For models that give none.",
  "router.*.model": "The model that serves this route; without one the route is passed over.",
  "router.*.enabled": "`false`: the route is passed over.",
  "router.*.patterns": "Also for requested names that match one of these (linear time, `(?i)` works).",
  "router.*.classes": "For these request classes, as Claude Code names them.",
  "router.reasoning.thinking": "For these values of `thinking.type`.",
  "router.reasoning.efforts": "For these efforts.",
  "router.long_context.threshold_tokens": "For prompts estimated at more tokens than this.",
  "logging.level": "The least important that is logged.",
  "logging.format": "For people, or for machines.",
  "logging.log_bodies": "Keeps requests and answers. They hold your code and your words.",
  "logging.journal_mb": "Most disk space that the journal of requests takes.",
  "logging.journal_days": "How long the journal is kept.",
  "performance.max_concurrent_requests": "Requests at a time; the next hundred wait up to 5 s in line.",
  "performance.request_timeout_seconds": "Longest wait for content, over all attempts.",
  "performance.connection_pool_size": "Idle connections kept per provider.",
  "retry.max_attempts": "Most tries at one provider for one request.",
  "retry.backoff_multiplier": "By how much the pause grows from try to try, when nobody else is left.",
  "retry.initial_delay_ms": "The first of those pauses.",
  "failover.cooldown_ms": "How long a provider is left alone after it has failed too often.",
  "failover.max_cooldown_ms": "Longest such time; it doubles with every failed try.",
  "failover.failure_threshold": "Failures in a row that are too often.",
  "failover.hold_back_ms": "Holds the beginning of each answer for so long, so that early breaks stay unseen.",
  "failover.rescue": "What is done when an answer breaks in its middle. See [failover](failover.md).",
  "failover.hedge":
    "Starts the next provider too when the first is later than it nearly always is; the first content wins. One request in twenty at most.",
  "budget.*": "US dollars that may be spent in that time, in all.",
  "budget.warn_at": "Share of a limit from which on Claude Code shows it.",
  "budget.at_stop": "What is done once a limit is reached: requests are refused, or go to `budget.model`.",
  "budget.model": 'Who serves then, with `at_stop = "cheaper"`.',
  "budget.providers.NAME.*": "The same for one provider.",
  "budget.routes.NAME.*": "The same for one route.",
  "telemetry.endpoint": "Base URL of an OpenTelemetry collector (OTLP, JSON over HTTP). Empty: nothing is sent.",
  "telemetry.headers": "Headers for the collector.",
  "telemetry.traces": "Send traces.",
  "telemetry.metrics": "Send metrics.",
  "telemetry.interval_seconds": "How often metrics are sent.",
};

/** The meaning of a key: its own, else that of the pattern it matches; with the table's key it was found under. */
export function meaningOf(key: string): { under: string; meaning: string } | undefined {
  const own = MEANINGS[key];
  if (own !== undefined) return { under: key, meaning: own };
  const parts = key.split(".");
  const under = Object.keys(MEANINGS).find((pattern) => {
    const wanted = pattern.split(".");
    return (
      pattern.includes("*") &&
      wanted.length === parts.length &&
      wanted.every((part, i) => part === "*" || part === parts[i])
    );
  });
  return under === undefined ? undefined : { under, meaning: MEANINGS[under] as string };
}
