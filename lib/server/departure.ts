import type { Server } from "node:http";
import { Server as NetServer } from "node:net";
import type { ConfigWatch } from "../config/watch.ts";
import type { Connections } from "./connections.ts";
import type { ServerContext } from "./context.ts";
import type { HealthFile } from "./health-file.ts";

/** What has to come to an end with the server. */
export interface Parts {
  server: Server;
  connections: Connections;
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
 * A client that has just had an answer may be about to send its next request, and would see it cut. So a retired server leaves
 * connections open that were busy within this time, answers there, and says by `connection: close` that the successor is to
 * be asked next time.
 */
const POLITE_MS = 1_000;

export function departure(parts: Parts): Departure {
  const { server, connections, context, watch, closing, healthFile, endTelemetry } = parts;
  let gone: Promise<void> | undefined;
  let limit: NodeJS.Timeout | undefined;

  const begin = (idleMs: number): Promise<void> => {
    watch.close();
    closing.abort();
    return drained(server, () => connections.closeIdle(idleMs)).then(async () => {
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

/** Stops listening. Resolves when the last connection is gone. @param closeIdle closes those that need not stay open */
function drained(server: Server, closeIdle: () => void): Promise<void> {
  return new Promise((resolve) => {
    const sweep = setInterval(closeIdle, SWEEP_MS);
    server.once("close", () => {
      clearInterval(sweep);
      resolve();
    });
    // Not the HTTP server's own `close`, which cuts idle connections at once.
    NetServer.prototype.close.call(server);
    closeIdle();
  });
}
