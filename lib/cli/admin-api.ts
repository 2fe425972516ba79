import { request } from "node:http";
import { findServer } from "../daemon/find.ts";
import { reachableUrl } from "../daemon/health.ts";
import { stateDir } from "../daemon/state-dir.ts";
import type { OpenedConfig } from "./configuration.ts";
import { CommandFailed, type VerbContext } from "./verb.ts";

/** The admin API of the running server. */
export interface AdminApi {
  /** Of the page. */
  url: string;
  /** @throws {CommandFailed} in the server's own words when it refuses */
  call<T>(method: "GET" | "POST" | "DELETE", path: string, body?: object): Promise<T>;
}

/** Longer than any vendor may take to answer our server. */
const TIMEOUT_MS = 60_000;

/** @throws {CommandFailed} when no server runs */
export async function adminApi({ env }: VerbContext, config: OpenedConfig): Promise<AdminApi> {
  const found = await findServer(stateDir(env), config);
  if (found.state !== "running")
    throw new CommandFailed("The server is not running, and this is done by it.", ["Start it: ccmctl start"]);
  const url = reachableUrl(found.record.host, found.record.port);
  const token = config.settings?.server.admin_token;
  return {
    url,
    async call<T>(method: "GET" | "POST" | "DELETE", path: string, body?: object) {
      const { status, text } = await ask(`${url}${path}`, method, token, body);
      const answer = parse(text) as T & { error?: { message?: string } };
      if (status >= 200 && status <= 299) return answer;
      throw new CommandFailed(answer.error?.message ?? `The server answered with HTTP ${status}.`);
    },
  };
}

function ask(
  url: string,
  method: string,
  token: string | undefined,
  body: object | undefined,
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const headers = {
      ...(token && { authorization: `Bearer ${token}` }),
      ...(body && { "content-type": "application/json" }),
    };
    const outgoing = request(url, { method, headers, agent: false, timeout: TIMEOUT_MS }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (part: string) => {
        text += part;
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
      response.on("error", reject);
    });
    outgoing.on("timeout", () => outgoing.destroy(new Error("no answer in time")));
    outgoing.on("error", (error) => reject(new CommandFailed(`The server cannot be asked: ${error.message}.`)));
    outgoing.end(body && JSON.stringify(body));
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {}; // an error page; its status says enough
  }
}
