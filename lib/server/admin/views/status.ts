/** @module How the server is doing, and what it tells as it happens. */
import type { JournalEntry } from "../../../journal/entry.ts";
import type { ConfigFault } from "./config.ts";
import type { ProviderStatus } from "./providers.ts";
import type { Simulation } from "./simulations.ts";

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
  /**
   * Since the server started. `ended`: requests that are over. `failovers`: requests that a later provider served after an
   * earlier one had failed.
   */
  totals: { requests: number; ended: number; failed: number; failovers: number; cancelled: number };
  simulations: Simulation[];
  /** What is wrong around the server, though it serves: a full disk, a configuration that is gone … Sentences for the user. */
  troubles: string[];
}

/** Names and data of the events of `GET /api/events`. */
export interface LiveEvents {
  status: StatusView;
  /** Sent when a request starts and when it ends. */
  request: JournalEntry;
  health: ProviderStatus[];
}
