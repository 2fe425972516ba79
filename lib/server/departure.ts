import type { Server } from "node:http";
import { Server as NetServer } from "node:net";
import type { ConfigWatch } from "../config/watch.ts";
import type { ServerContext } from "./context.ts";
import type { HealthFile } from "./health-file.ts";

/** What has to come to an end with the server. */
export interface Parts {
  server: Server;
  context: ServerContext;
  watch: ConfigWatch;
  /** Aborted when the server begins to leave. */
  closing: AbortController;
  healthFile: HealthFile;
  /** Sends what is left of the telemetry. */
  endTelemetry: () => Promise<void>;
}

/** The two ways in which a server leaves; the first may be followed by the second. */
export interface Departure {
  /**
   * Another server listens on the same socket: takes nothing new and lets open answers finish, as long as they need. What is
   * kept on disk is the successor's from now on.
   */
  retire(): Promise<void>;
  /** Stops listening at once, lets open answers finish for so many ms, then cuts what is left. */
  close(graceMs: number): Promise<void>;
}

/** Connections that have become idle are looked for so often. */
const SWEEP_MS = 50;
/**
 * How long a retired server leaves idle connections open. The client of one may be about to send a request, and would see it cut;
 * so it is answered, and told by `connection: close` to come to the successor next time.
 */
const POLITE_MS = 1_000;

export function departure(parts: Parts): Departure {
  const { server, context, watch, closing, healthFile, endTelemetry } = parts;
  let gone: Promise<void> | undefined;
  let limit: NodeJS.Timeout | undefined;

  const begin = (idleMs: number): Promise<void> => {
    watch.close();
    closing.abort();
    return drained(server, idleMs).then(async () => {
      clearTimeout(limit);
      context.relay.pool.close();
      await context.simulations.close();
      await context.credentials.close();
      await context.journal.files?.close();
      await endTelemetry();
      await healthFile.close();
    });
  };
  return {
    retire() {
      healthFile.handOver();
      gone ??= begin(POLITE_MS);
      return gone;
    },
    close(graceMs) {
      gone ??= begin(0);
      clearTimeout(limit);
      limit = setTimeout(() => server.closeAllConnections(), graceMs);
      return gone;
    },
  };
}

/** Stops listening. Resolves when the last connection is gone. @param idleMs for so long, idle ones stay open */
function drained(server: Server, idleMs: number): Promise<void> {
  let sweep: NodeJS.Timeout | undefined;
  const patience = setTimeout(() => {
    server.closeIdleConnections();
    sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS);
  }, idleMs);
  return new Promise((resolve) => {
    server.once("close", () => {
      clearTimeout(patience);
      clearInterval(sweep);
      resolve();
    });
    // Not the HTTP server's own `close`, which cuts idle connections at once.
    NetServer.prototype.close.call(server);
  });
}
