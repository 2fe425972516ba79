/** @module One ordinary thing of each kind that the page shows; a test changes what it is about. */
import type { AttemptRecord, JournalEntry } from "../../lib/journal/entry.ts";
import type { ProviderStatus, StatusView } from "../../lib/server/admin/views.ts";

export function anAttempt(fields: Partial<AttemptRecord> = {}): AttemptRecord {
  return { provider: "primary", model: "m", wire: "anthropic", at: 1, ms: 40, status: 200, ...fields };
}

export function anEntry(fields: Partial<JournalEntry> = {}): JournalEntry {
  return {
    id: "req_1",
    time: 1_000,
    path: "/v1/messages",
    requested: "m",
    rule: "model",
    reason: "A model of that name is defined.",
    model: "m",
    provider: "primary",
    stream: true,
    attempts: [anAttempt()],
    status: 200,
    outcome: "ok",
    totalMs: 41,
    bytesIn: 100,
    bytesOut: 200,
    ...fields,
  };
}

export function aProvider(fields: Partial<ProviderStatus> = {}): ProviderStatus {
  return {
    name: "primary",
    type: "anthropic",
    label: "Anthropic",
    wire: "anthropic",
    auth_type: "api_key",
    enabled: true,
    state: "ok",
    requests: 0,
    failures: 0,
    ...fields,
  };
}

export function aStatus(fields: Partial<StatusView> = {}): StatusView {
  return {
    version: "1.0.0",
    pid: 1,
    started_at: 0,
    uptime_s: 1,
    url: "http://127.0.0.1:13456",
    config: { path: "/c", etag: "1", valid: true, faults: [] },
    state_dir: "/s",
    compaction: {},
    providers: [aProvider()],
    totals: { requests: 0, ended: 0, failed: 0, failovers: 0, cancelled: 0 },
    simulations: [],
    troubles: [],
    ...fields,
  };
}
