import type { ConfigTree } from "../../config/schema.ts";
import type { TextKind } from "./field-text.ts";

type Section = "server" | "failover" | "retry" | "performance" | "logging" | "budget" | "telemetry";

export interface Setting {
  key: string;
  label: string;
  /** `model`: one of the defined ones. `headers`: names with their values, one a line. */
  as: TextKind | "switch" | "secret" | "model" | "headers" | { choices: Readonly<Record<string, string>> };
  hint: string;
}

export interface SettingGroup {
  section: Section & keyof ConfigTree;
  title: string;
  says: string;
  settings: readonly Setting[];
}

const number = (key: string, label: string, hint: string): Setting => ({ key, label, hint, as: "number" });

/** The sections of the file that have no tab of their own, setting by setting. */
export const SETTING_GROUPS: readonly SettingGroup[] = [
  {
    section: "budget",
    title: "Budget",
    says: "what may be spent, in US dollars; empty: as much as you like",
    settings: [
      number("day", "$ a day", "Of all requests together."),
      number("week", "$ a week", ""),
      number("month", "$ a month", ""),
      number("warn_at", "Warn from", "As a share: 0.75 is three quarters."),
      {
        key: "at_stop",
        label: "Once it is used up",
        as: { choices: { refuse: "requests are refused", cheaper: "a cheaper model serves" } },
        hint: "",
      },
      { key: "model", label: "The cheaper model", as: "model", hint: "Serves then." },
    ],
  },
  {
    section: "server",
    title: "Server",
    says: "who may come, and where to",
    settings: [
      {
        key: "host",
        label: "Address",
        as: "text",
        hint: "From the next start. Beyond 127.0.0.1 it needs keys for clients.",
      },
      number("port", "Port", "From the next start."),
      {
        key: "api_keys",
        label: "Keys for clients",
        as: "lines",
        hint: "One a line. With any, every client must send one.",
      },
      { key: "admin_token", label: "Token for this page", as: "secret", hint: "With one, this page asks for it." },
      { key: "allowed_hosts", label: "Other host names", as: "lines", hint: "One a line, such as mux.lan." },
    ],
  },
  {
    section: "failover",
    title: "Failover",
    says: "when a provider rests, and what is done after a break",
    settings: [
      number("failure_threshold", "Failures before a rest", "In a row."),
      number("cooldown_ms", "First rest, in ms", "Each next one is longer."),
      number("max_cooldown_ms", "Longest rest, in ms", "For failures that come at once; slow ones rest up to 120 s."),
      number(
        "hold_back_ms",
        "Hold back, in ms",
        "The first moments of an answer wait, so that early breaks cost nothing.",
      ),
      {
        key: "rescue",
        label: "After a break in mid-answer",
        as: {
          choices: {
            off: "tell the client at once",
            restart: "ask another provider, pass on what is new",
            continue: "let another model continue the text",
          },
        },
        hint: "Claude Code retries by itself when it is told.",
      },
      {
        key: "hedge",
        label: "Ask a second provider when the first is slower than usual",
        as: "switch",
        hint: "The first content wins. One request in twenty at most is asked twice.",
      },
    ],
  },
  {
    section: "retry",
    title: "Retry",
    says: "how often one request is tried",
    settings: [
      number("max_attempts", "Attempts at most", ""),
      number("initial_delay_ms", "First pause, in ms", ""),
      number("backoff_multiplier", "Each pause is longer by", "A factor."),
    ],
  },
  {
    section: "performance",
    title: "Performance",
    says: "bounds of the work",
    settings: [
      number("max_concurrent_requests", "Requests at the same time", "More of them wait in a short line."),
      number("request_timeout_seconds", "Longest request, in seconds", ""),
      number("connection_pool_size", "Open connections", "Per provider."),
    ],
  },
  {
    section: "logging",
    title: "Logging",
    says: "what the log holds",
    settings: [
      {
        key: "level",
        label: "Level",
        as: {
          choices: { error: "errors", warn: "warnings", info: "each request", debug: "details", trace: "everything" },
        },
        hint: "",
      },
      {
        key: "format",
        label: "Format",
        as: { choices: { text: "lines for people", json: "JSON for machines" } },
        hint: "",
      },
      {
        key: "log_bodies",
        label: "Log what is asked and answered",
        as: "switch",
        hint: "Also lets the page show requests word for word, and send them again. Whoever reads the log reads your code.",
      },
      number("journal_mb", "Journal, in MB", "The oldest requests go first."),
      number("journal_days", "Journal, in days", ""),
    ],
  },
  {
    section: "telemetry",
    title: "Telemetry",
    says: "where traces and metrics are sent, by OTLP over HTTP; nowhere unless you say so",
    settings: [
      { key: "endpoint", label: "Collector", as: "text", hint: "Base URL. Empty: nothing is sent." },
      { key: "headers", label: "Its headers", as: "headers", hint: "One a line: name: value." },
      number("interval_seconds", "Every so many seconds", ""),
      { key: "traces", label: "Send traces", as: "switch", hint: "" },
      { key: "metrics", label: "Send metrics", as: "switch", hint: "" },
    ],
  },
];
