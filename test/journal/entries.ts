/** @module Entries of the journal as the server would write them, and folders to keep them in. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach } from "vitest";
import type { AttemptRecord, JournalEntry } from "../../lib/journal/entry.ts";

let serial = 0;

/** One that `provider` has answered: its attempt has the entry's usage and cost. */
export function answered(fields: Partial<JournalEntry> = {}, attempt: Partial<AttemptRecord> = {}): JournalEntry {
  const {
    provider = "primary",
    upstreamModel = "vendor/model",
    usage = { input_tokens: 100, output_tokens: 10 },
  } = fields;
  const { cost = 0.01 } = fields;
  return {
    id: `req_ccm_${String(++serial).padStart(8, "0")}`,
    time: Date.UTC(2026, 10, 24, 12) + serial * 1_000,
    path: "/v1/messages",
    requested: "claude-sonnet-5-5",
    rule: "model",
    reason: "it is defined",
    model: "claude-sonnet-5-5",
    provider,
    upstreamModel,
    stream: true,
    attempts: [
      { provider, model: upstreamModel, wire: "anthropic", at: 1, ms: 40, status: 200, usage, cost, ...attempt },
    ],
    status: 200,
    outcome: "ok",
    totalMs: 41,
    usage,
    cost,
    bytesIn: 100,
    bytesOut: 200,
    ...fields,
  };
}

/** A folder that is gone after the test. */
export function tempDirs(): () => string {
  const dirs: string[] = [];
  afterEach(() => {
    for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true, force: true });
  });
  return () => {
    const dir = mkdtempSync(join(tmpdir(), "ccm-journal-"));
    dirs.push(dir);
    return dir;
  };
}
