import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type LoadedConfig, loadConfig } from "../config/load.ts";
import type { Settings } from "../config/settings.ts";
import { watchConfig } from "../config/watch.ts";
import { Credentials } from "../credentials/credentials.ts";
import { Journal } from "../journal/journal.ts";
import { JournalFiles, journalDir } from "../journal/journal-files.ts";
import type { Retention } from "../journal/retention.ts";
import { namesProxy } from "../network/proxy.ts";
import { Gate } from "../relay/gate.ts";
import { Health } from "../relay/health.ts";
import { ProviderPlaces } from "../relay/provider-places.ts";
import { RetryBudget } from "../relay/retry-budget.ts";
import { Timers } from "../relay/timers.ts";
import { TrackRecord } from "../relay/track-record.ts";
import { type TunnelTo, UpstreamPool } from "../relay/upstream.ts";
import { Repairs } from "../wires/repair.ts";
import { checkedForHost } from "./bound-host.ts";
import { Comebacks } from "./comebacks.ts";
import { Connections } from "./connections.ts";
import type { LiveConfig, ServerContext } from "./context.ts";
import { type Departure, departure } from "./departure.ts";
import { Exchanges } from "./exchanges.ts";
import { HealthFile } from "./health-file.ts";
import { installedVersion } from "./installed-version.ts";
import { createListener } from "./listener.ts";
import { reportConfig, useConfig } from "./live-config.ts";
import type { Logger } from "./log.ts";
import { programDir } from "./program-dir.ts";
import { SIMULATE_HEADER, Simulations } from "./simulations.ts";
import { SteadyClock } from "./steady-clock.ts";
import { keepTelemetry } from "./telemetry/switch.ts";
import { Complaints } from "./troubles.ts";

export interface StartOptions {
  configPath: string;
  stateDir: string;
  env: NodeJS.ProcessEnv;
  log: Logger;
  /** Instead of what the configuration says. 0: any free port. */
  port?: number;
  host?: string;
  /** Descriptor of a socket that listens there already, handed on by whoever started this process. */
  socketFd?: number;
  /** Directory of the page's files. Default: `admin/` beside the bundle. */
  assetsDir?: string;
  /** Folder of the running version. Default: that of the bundle's `dist/`. */
  programDir?: string;
}

export interface RunningServer extends Departure {
  url: string;
  context: ServerContext;
  /** The listening socket, to hand it on. */
  socket: Server;
  /** Writes down what a successor is about to read. */
  flush(): Promise<void>;
}

/** The configuration cannot be used; `faults` says why. */
export class ConfigUnusable extends Error {
  readonly loaded: LoadedConfig;
  constructor(loaded: LoadedConfig) {
    super(`${loaded.path} cannot be used`);
    this.name = "ConfigUnusable";
    this.loaded = loaded;
  }
}

/** Long turns are normal: nothing but our own limits may end a connection. */
const KEEP_ALIVE_MS = 75_000;

/**
 * Starts the proxy.
 * @throws {ConfigUnusable}; the system's error when the port is taken
 */
export async function startServer(options: StartOptions): Promise<RunningServer> {
  const read = await loadConfig(options.configPath, options.env);
  const loaded = checkedForHost(read, options.host ?? read.settings?.server.host ?? "");
  const { settings, tree } = loaded;
  if (!settings || !tree) throw new ConfigUnusable(loaded);
  const context = createContext(options, { loaded, settings, tree }, await tunnelTo());
  const healthFile = new HealthFile(options.stateDir, context);
  await healthFile.load();
  await useCredentials(context);
  context.onConfigChange(() => void useCredentials(context));
  const closing = new AbortController();
  const readConfig = (): Promise<void> => watch.check();
  const connections = new Connections();
  const server = createServer(
    {
      keepAlive: true,
      noDelay: true,
      requestTimeout: 0,
      headersTimeout: KEEP_ALIVE_MS + 1_000,
      keepAliveTimeout: KEEP_ALIVE_MS,
    },
    connections.busyDuring(
      lastWord(createListener(context, lazyApp(context, { ...options, readConfig }, closing.signal)), closing.signal),
    ),
  );
  connections.watch(server);
  const { host, port } = await listen(
    server,
    options.socketFd === undefined
      ? { host: options.host ?? settings.server.host, port: options.port ?? settings.server.port }
      : { fd: options.socketFd },
  );
  context.url = `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
  const watch = watchConfig(options.configPath, options.env, (next) => useConfig(context, next), {
    current: loaded,
  });
  reportConfig(context, loaded);
  const endTelemetry = keepTelemetry(context);
  return {
    url: context.url,
    context,
    socket: server,
    async flush() {
      await context.journal.files?.flush();
      await healthFile.flush();
    },
    ...departure({ server, connections, context, watch, closing, healthFile, endTelemetry }),
  };
}

/** The code for a proxy on the way to providers is loaded only where the environment names one. */
async function tunnelTo(): Promise<TunnelTo | undefined> {
  if (!namesProxy()) return undefined;
  const { tunnelTo } = await import("../network/tunnel-agent.ts");
  return tunnelTo;
}

function createContext(options: StartOptions, first: LiveConfig, tunnelTo: TunnelTo | undefined): ServerContext {
  const { log } = options;
  log.configure(first.settings.logging);
  let live = first;
  const listeners = new Set<() => void>();
  const timers = new Timers();
  const clock = new SteadyClock();
  const complaints = new Complaints();
  const health = new Health(() => healthPolicy(live.settings), clock.now);
  const simulations = new Simulations(clock.now, {
    begun: ({ provider, failure, until }) =>
      log.write("warn", `${provider} is made to fail on purpose (${failure}); end it: ccmctl test --simulate off`, {
        until: new Date(until).toISOString(),
      }),
    ended({ provider, failure }) {
      health.reset(provider); // what it seemed to do was our doing
      log.write("info", `${provider} does not fail on purpose any more (${failure})`);
    },
  });
  const context: ServerContext = {
    version: CCM_VERSION,
    installed: installedVersion(options.programDir ?? programDir(), CCM_VERSION),
    stateDir: options.stateDir,
    startedAt: Date.now(),
    url: "",
    get config() {
      return live;
    },
    setConfig(next) {
      live = next;
      for (const listener of listeners) listener();
    },
    onConfigChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    journal: new Journal(
      new JournalFiles(journalDir(options.stateDir), {
        retention: () => journalRetention(live.settings),
        onTrouble(error) {
          const message = error && `the journal cannot be kept on disk: ${error.message}`;
          if (message) log.write("warn", message);
          complaints.tell("journal", message);
        },
      }),
    ),
    exchanges: new Exchanges(),
    health,
    credentials: new Credentials({
      dir: options.stateDir,
      env: options.env,
      log: (level, message) => log.write(level, message),
      signedIn: (provider) => health.reset(provider),
    }),
    trackRecord: new TrackRecord(),
    simulations,
    log,
    clock,
    complaints,
    comebacks: new Comebacks(timers),
    gate: new Gate(timers),
    get relay() {
      return relay;
    },
  };
  const relay: ServerContext["relay"] = {
    pool: new UpstreamPool(timers, first.settings.performance.connection_pool_size, tunnelTo),
    timers,
    health: context.health,
    trackRecord: context.trackRecord,
    retryBudget: new RetryBudget(),
    places: new ProviderPlaces(timers),
    credentials: context.credentials,
    repairs: new Repairs(),
    now: clock.now,
    random: Math.random,
    simulated: (provider, inbound) => simulations.redirect(provider, inbound.headers[SIMULATE_HEADER]),
  };
  return context;
}

/** Logins are read, and kept alive from now on, while there are providers that want them. */
async function useCredentials({ credentials, config, log }: ServerContext): Promise<void> {
  await credentials.use(config.settings.providers).catch((error: unknown) => {
    log.write("error", "the logins cannot be used", { error: error instanceof Error ? error.message : String(error) });
  });
}

function healthPolicy({ failover }: Settings): { failureThreshold: number; cooldownMs: number; maxCooldownMs: number } {
  return {
    failureThreshold: failover.failure_threshold,
    cooldownMs: failover.cooldown_ms,
    maxCooldownMs: failover.max_cooldown_ms,
  };
}

function journalRetention({ logging }: Settings): Retention {
  return { maxBytes: logging.journal_mb * 1024 * 1024, maxMs: logging.journal_days * 24 * 60 * 60 * 1000 };
}

/** Hono, the API and the page are loaded when somebody first asks for them. */
function lazyApp(
  context: ServerContext,
  options: StartOptions & { readConfig: () => Promise<void> },
  closing: AbortSignal,
): () => Promise<RequestListener> {
  const assetsDir = options.assetsDir ?? join(programDir(), "dist", "admin");
  let app: Promise<RequestListener> | undefined;
  return () => {
    app ??= import("./admin-listener.ts").then(({ adminListener }) =>
      adminListener(context, { ...options, assetsDir, closing }),
    );
    return app;
  };
}

/** A server that is leaving tells each client to make a new connection next time. */
function lastWord(listener: RequestListener, closing: AbortSignal): RequestListener {
  return (request, response) => {
    if (closing.aborted) response.setHeader("connection", "close");
    listener(request, response);
  };
}

function listen(
  server: Server,
  where: { host: string; port: number } | { fd: number },
): Promise<{ host: string; port: number }> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    const listening = (): void => {
      server.off("error", reject);
      const { address, port } = server.address() as AddressInfo;
      resolve({ host: "host" in where ? where.host : address, port });
    };
    if ("fd" in where) server.listen(where, listening);
    else server.listen(where.port, where.host, listening);
  });
}
