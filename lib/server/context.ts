import type { LoadedConfig } from "../config/load.ts";
import type { ConfigTree } from "../config/schema.ts";
import type { Settings } from "../config/settings.ts";
import type { Credentials } from "../credentials/credentials.ts";
import type { Journal } from "../journal/journal.ts";
import type { Gate } from "../relay/gate.ts";
import type { Health } from "../relay/health.ts";
import type { RelayDeps } from "../relay/run.ts";
import type { TrackRecord } from "../relay/track-record.ts";
import type { Comebacks } from "./comebacks.ts";
import type { Exchanges } from "./exchanges.ts";
import type { Logger } from "./log.ts";
import type { Simulations } from "./simulations.ts";
import type { SteadyClock } from "./steady-clock.ts";
import type { Complaints } from "./troubles.ts";

/** The configuration in use, replaced as a whole when the file changes. */
export interface LiveConfig {
  /** Of the last good file. */
  readonly settings: Settings;
  /** Of the last good file, as it was written. */
  readonly tree: ConfigTree;
  /** What became of the file as it stands on disk now. */
  readonly loaded: LoadedConfig;
}

/** What the handlers share: everything that lives as long as the server. */
export interface ServerContext {
  readonly version: string;
  /** Another version that the next start would run. */
  readonly installed: () => string | undefined;
  readonly stateDir: string;
  readonly startedAt: number;
  /** Set when the socket listens. */
  url: string;
  readonly config: LiveConfig;
  /** Calls the listener after each change of `config`; the returned function takes it off. */
  onConfigChange(listener: () => void): () => void;
  /** Puts another configuration in use and tells the listeners. */
  setConfig(config: LiveConfig): void;
  readonly journal: Journal;
  /** The last requests as they travelled. */
  readonly exchanges: Exchanges;
  readonly health: Health;
  readonly credentials: Credentials;
  readonly trackRecord: TrackRecord;
  readonly relay: RelayDeps;
  readonly simulations: Simulations;
  readonly log: Logger;
  readonly clock: SteadyClock;
  /** What parts of the server could not do, for `status`. */
  readonly complaints: Complaints;
  /** Clients that have just left, and may be back. */
  readonly comebacks: Comebacks;
  /** Requests on the data plane that are under way, or wait for a place. */
  readonly gate: Gate;
}
