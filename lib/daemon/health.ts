import { get } from "node:http";

/** What `GET /health` answers. Read leniently: a newer or older server may run than this program belongs to. */
export interface Health {
  status: string;
  version: string;
  pid: number;
  started_at?: string | number;
  uptime_s?: number;
  url?: string;
  config?: { path: string; valid: boolean; faults?: { path?: string; line?: number; key?: string; message: string }[] };
  providers?: {
    name: string;
    type: string;
    state: string;
    cooling_until?: string | number;
    last_failure?: unknown;
    /** The login that opens it, where it is one. */
    login?: {
      state: string;
      message?: string;
      usage?: { windows: { window: string; used: number; resets_at?: number }[]; overage?: boolean };
    };
  }[];
  last_error?: unknown;
  active_requests?: number;
  /** What is wrong around the server, though it serves: sentences for the user. */
  troubles?: string[];
  /** Providers that are made to fail on purpose. `until` in epoch ms. */
  simulations?: { provider: string; failure: string; until: number }[];
}

/** The address at which one can reach a server that listens at `host`: a wildcard is no address. */
export function reachableUrl(host: string, port: number): string {
  const name = host === "0.0.0.0" || host === "" ? "127.0.0.1" : host === "::" ? "::1" : host;
  return `http://${name.includes(":") ? `[${name}]` : name}:${port}`;
}

/** @returns undefined when nobody answers in time, or not as our server would */
export function fetchHealth(url: string, timeoutMs: number): Promise<Health | undefined> {
  return new Promise((resolve) => {
    const request = get(`${url}/health`, { agent: false, timeout: timeoutMs }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (part: string) => {
        text += part;
        if (text.length > 1_000_000) request.destroy();
      });
      response.on("end", () => resolve(parseHealth(text)));
      response.on("error", () => resolve(undefined));
    });
    const deadline = setTimeout(() => request.destroy(), timeoutMs);
    request.on("timeout", () => request.destroy());
    request.on("error", () => resolve(undefined));
    request.on("close", () => {
      clearTimeout(deadline);
      resolve(undefined);
    });
  });
}

function parseHealth(text: string): Health | undefined {
  try {
    const value = JSON.parse(text) as Partial<Health> | null;
    const ours =
      typeof value?.status === "string" && typeof value.version === "string" && typeof value.pid === "number";
    return ours ? (value as Health) : undefined;
  } catch {
    return undefined; // not JSON, so not our server
  }
}
