/**
 * @module Fake providers on loopback.
 *
 *     const simulator = await startSimulator({ host: "127.0.0.1" });
 *     // base URL of a provider named "primary": `${simulator.url}/primary`
 *     simulator.setFault("primary", "529");
 *     await simulator.close();
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { FaultName } from "./faults.ts";
import { INSTANT, type Pace, sendJson } from "./play.ts";
import { type House, type SimulatedRequest, serve } from "./provider.ts";
import { PromptCache } from "./usage.ts";

const TEN_MINUTES = 600_000;

export interface SimulatorOptions {
  host: "127.0.0.1";
  /** Default: any free port. */
  port?: number;
  /** Default: as fast as possible. */
  pace?: Pace;
  /** How long a `slow` provider is silent before it answers after all. Default: ten minutes. */
  silenceMs?: number;
  /** Says what to answer. Absent, or for requests that it returns undefined for: something plausible. */
  respond?: House["respond"];
  /** How many requests are remembered. Default: 100. */
  remember?: number;
  /** Epoch ms. */
  now?: () => number;
  /** From 0 to below 1. */
  random?: () => number;
}

export interface Simulator {
  /** No trailing slash. The provider NAME has the base URL `${url}/NAME`; `${url}/fault/FAULT` always fails that way. */
  url: string;
  /** What it was asked, the newest last. */
  requests: readonly SimulatedRequest[];
  /** From now on the provider fails in this way, or no longer. */
  setFault(provider: string, fault: FaultName | undefined): void;
  /** Cuts what is open and frees the port. */
  close(): Promise<void>;
}

/** @throws the system's error when the port is taken */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const faults = new Map<string, FaultName>();
  const requests: SimulatedRequest[] = [];
  const house: House = {
    faults,
    pace: options.pace ?? INSTANT,
    silenceMs: options.silenceMs ?? TEN_MINUTES,
    respond: options.respond ?? (() => undefined),
    remember(request) {
      requests.push(request);
      if (requests.length > (options.remember ?? 100)) requests.shift();
    },
    now: options.now ?? Date.now,
    random: options.random ?? Math.random,
    cache: new PromptCache(),
  };
  const server = createServer((incoming, response) => {
    serve(house, incoming, response).catch((error: unknown) => {
      const message = `The simulator failed: ${error instanceof Error ? error.message : String(error)}`;
      if (response.headersSent) response.destroy();
      else sendJson(response, 500, { type: "error", error: { type: "api_error", message } });
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, options.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${options.host}:${port}`,
    requests,
    setFault(provider, fault) {
      if (fault === undefined) faults.delete(provider);
      else faults.set(provider, fault);
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
