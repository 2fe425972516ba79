import type { Environment } from "../../config/references.ts";
import type { ConfigTree } from "../../config/schema.ts";
import type { Provider, Settings } from "../../config/settings.ts";
import type { Credentials } from "../../credentials/credentials.ts";
import type { BudgetView } from "../../journal/budget.ts";
import type { JournalEntry } from "../../journal/entry.ts";
import type { JournalPage, JournalQuery } from "../../journal/journal.ts";
import type { Row } from "../../journal/tally.ts";
import type { Decision, NoRoute } from "../../routing/decision.ts";
import type { Exchange } from "../exchanges.ts";
import type { ConfigFault, FaultChoice, OfferedModelsView, ProviderTestView, Simulation, StatusView } from "./views.ts";

/** Ends a subscription; may be called more than once. */
export type Unsubscribe = () => void;

/** What the admin API needs of the running server. The listener builds it; the API keeps no state of its own. */
export interface AdminDeps {
  version: string;
  /** Directory that holds `index.html`, `page.js` and `page.css`. */
  assetsDir: string;
  /** What references in the configuration are resolved against. Default: the process's own. */
  env?: Environment;
  status(): StatusView;
  /** The file in use: the last good one while the file on disk is broken. */
  config(): AdminConfig;
  /** Reads the file again now rather than when the watcher sees it; resolves when the new settings are in use. */
  reload(): Promise<AdminConfig>;
  /** Calls the listener after each change of the configuration in use. */
  onConfigChange(listener: () => void): Unsubscribe;
  journal: {
    /** Newest first. `before` is the `next` of an earlier page. */
    list(query: JournalQuery): Promise<JournalPage>;
    get(id: string): Promise<JournalEntry | undefined>;
    /** Calls the listener when a request starts, and again when it has ended. */
    subscribe(listener: (entry: JournalEntry) => void): Unsubscribe;
  };
  exchanges: {
    /** @returns undefined when it is no longer kept */
    find(id: string): Exchange | undefined;
  };
  usage: {
    /** The sums of all days from one on, `2026-11-24`. */
    rows(since: string): Promise<readonly Row[]>;
    /** Every limit that is set. */
    budgets(): BudgetView[];
  };
  credentials: Credentials;
  health: {
    /** Ends the provider's cooldown and forgets its failures. */
    reset(provider: string): void;
    /** Calls the listener after each change of some provider's state. */
    subscribe(listener: () => void): Unsubscribe;
  };
  /**
   * Where a request would go, and why. Sends nothing.
   * @throws {BadBody} when the body is no request
   */
  route(body: Buffer, headers: Readonly<Record<string, string | undefined>>): Decision | NoRoute;
  /** Tries out what a provider can do, by real requests. @param model default: the cheapest that is mapped there */
  testProvider(provider: Provider, model: string | undefined): Promise<ProviderTestView>;
  /** The models that a provider serves, from its own list where it has one. */
  offeredModels(provider: Provider): Promise<OfferedModelsView>;
  /** Aborts when the server begins to drain: live streams end, so that nothing holds it open. */
  closing: AbortSignal;
  /** Logs an error that nobody foresaw; the client gets a plain 500. */
  report(error: unknown): void;
  simulations: {
    /** The failures that can be simulated. */
    faults: readonly FaultChoice[];
    list(): Simulation[];
    /** Makes every attempt at the provider fail for that long. */
    set(provider: string, failure: string, seconds: number): void;
    /** Of one provider, or of all. */
    clear(provider?: string): void;
    /** Calls the listener when one begins or ends. */
    subscribe(listener: () => void): Unsubscribe;
  };
}

/** The configuration file and what became of it. */
export interface AdminConfig {
  path: string;
  /** As it stands on disk. Holds secrets. */
  text: string;
  etag: string;
  /** Of the file in use. Holds secrets. */
  tree: ConfigTree;
  settings: Settings;
  /** Of the file on disk; empty when it is in use. */
  faults: readonly ConfigFault[];
  notes: readonly ConfigFault[];
}
