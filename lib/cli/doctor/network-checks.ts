import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { proxyFor } from "../../network/proxy.ts";
import { tunnelTo } from "../../network/tunnel-agent.ts";
import { type Finding, ok, wrong } from "./finding.ts";

/** Whether somebody answers at an address, and what time it is there. */
export interface Reached {
  /** Epoch ms by the other side's clock; undefined when it did not say. */
  time?: number;
  error?: NodeJS.ErrnoException;
}

const TIMEOUT_MS = 4_000;
/** Logins and signatures begin to be refused when clocks differ by minutes. */
const CLOCK_TOLERANCE_MS = 120_000;

/**
 * Asks every provider's host for a sign of life, without a key: any answer will do.
 * @param providers base URLs by provider name
 */
export async function checkNetwork(
  providers: ReadonlyMap<string, string>,
  reach: (origin: string) => Promise<Reached> = reachOrigin,
  now: () => number = Date.now,
): Promise<Finding[]> {
  const byOrigin = new Map<string, string[]>();
  for (const [name, baseUrl] of providers) {
    const { origin } = new URL(baseUrl);
    byOrigin.set(origin, [...(byOrigin.get(origin) ?? []), name]);
  }
  const hosts = await Promise.all(
    [...byOrigin].map(async ([origin, names]) => ({ origin, who: names.join(", "), reached: await reach(origin) })),
  );
  const findings = hosts.map(({ origin, who, reached }) =>
    reached.error ? cannotReach(origin, who, reached.error) : ok(`${who}: ${origin} answers`),
  );
  // A wrong clock is one finding, however many hosts notice it.
  const clocks = hosts.flatMap(({ origin, reached }) => checkClock(origin, reached, now()));
  return [...findings, ...clocks.slice(0, 1)];
}

function cannotReach(origin: string, who: string, error: NodeJS.ErrnoException): Finding {
  const { hostname } = new URL(origin);
  switch (error.code) {
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return wrong(
        `${who}: the name ${hostname} cannot be resolved`,
        "Check the network and DNS, and base_url for a typing mistake",
      );
    case "ECONNREFUSED":
      return wrong(`${who}: nobody listens at ${origin}`, "Start that service, or mend base_url");
    case "ETIMEDOUT":
      return wrong(
        `${who}: ${origin} does not answer within ${TIMEOUT_MS / 1000} s`,
        "Check the network, a firewall or a proxy",
      );
    default:
      return wrong(
        `${who}: ${origin} cannot be reached (${error.code ?? error.message})`,
        proxyFor(origin)
          ? "Check HTTPS_PROXY, NO_PROXY and NODE_EXTRA_CA_CERTS"
          : "Check the network, certificates and base_url",
      );
  }
}

function checkClock(origin: string, { time }: Reached, now: number): Finding[] {
  const off = time === undefined ? 0 : now - time;
  if (Math.abs(off) < CLOCK_TOLERANCE_MS) return [];
  const minutes = Math.round(Math.abs(off) / 60_000);
  const way = off > 0 ? "ahead" : "behind";
  return [
    wrong(
      `This machine's clock is ${minutes} min ${way} (by ${new URL(origin).hostname})`,
      "Set the clock, e.g. timedatectl set-ntp true",
    ),
  ];
}

function reachOrigin(origin: string): Promise<Reached> {
  const request = origin.startsWith("https:") ? httpsRequest : httpRequest;
  return new Promise((resolve) => {
    const agent = tunnelTo(origin, { keepAlive: false }) ?? false;
    const asking = request(`${origin}/`, { method: "HEAD", agent, timeout: TIMEOUT_MS }, (response) => {
      const time = Date.parse(response.headers.date ?? "");
      response.resume();
      resolve(Number.isNaN(time) ? {} : { time });
    });
    asking.on("timeout", () => asking.destroy(Object.assign(new Error("no answer"), { code: "ETIMEDOUT" })));
    asking.on("error", (error) => resolve({ error }));
    asking.end();
  });
}
