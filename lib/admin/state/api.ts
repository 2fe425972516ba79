import { signal } from "@preact/signals";
import type { ApiError, ConfigFault, RouteView } from "../../server/admin/views.ts";

/** An answer of the API that is not what was asked for. `message` is fit for the user. */
export class ApiProblem extends Error {
  override readonly name = "ApiProblem";
  /** HTTP status; 0 when the server did not answer at all. */
  readonly status: number;
  readonly code: string;
  /** Of a configuration that was refused. */
  readonly faults: readonly ConfigFault[];

  constructor(status: number, code: string, message: string, faults: readonly ConfigFault[] = []) {
    super(message);
    this.status = status;
    this.code = code;
    this.faults = faults;
  }
}

/** The server asks for `server.admin_token`, and this page has not shown it. */
export const signedOut = signal(false);

/** @throws {ApiProblem} */
export function getJson<T>(path: string): Promise<T> {
  return ask<T>(path, { headers: { accept: "application/json" } });
}

/** @throws {ApiProblem} */
export function sendJson<T>(method: "POST" | "PUT" | "DELETE", path: string, body: unknown = {}): Promise<T> {
  return ask<T>(path, { method, headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
}

/**
 * Saves the configuration, if the file is still the version that the change was made for.
 * @throws {ApiProblem} 409 when it is not, 422 with the faults that it would have
 */
export function putConfig<T>(body: unknown, etag: string): Promise<T> {
  const headers = { "content-type": "application/json", "if-match": `"${etag}"` };
  return ask<T>("/api/config", { method: "PUT", headers, body: JSON.stringify(body) });
}

/**
 * Where a Messages request with these headers would go.
 * @throws {ApiProblem}
 */
export function getRoute(request: unknown, headers: Record<string, string>): Promise<RouteView> {
  const init = { method: "POST", headers: { "content-type": "application/json", ...headers } };
  return ask<RouteView>("/api/route", { ...init, body: JSON.stringify(request) });
}

async function ask<T>(path: string, init: RequestInit): Promise<T> {
  const response = await fetch(path, init).catch(() => {
    throw new ApiProblem(0, "unreachable", "The server does not answer. Start it with: ccmctl start");
  });
  const text = await response.text();
  if (response.ok) return JSON.parse(text) as T;
  const problem = readProblem(response.status, text);
  if (problem.code === "unauthorized" && path.startsWith("/api/")) signedOut.value = true;
  throw problem;
}

function readProblem(status: number, text: string): ApiProblem {
  try {
    const { error, faults } = JSON.parse(text) as ApiError;
    return new ApiProblem(status, error.code, error.message, faults);
  } catch {
    return new ApiProblem(status, "no_json", `The server answered ${status} without saying why.`);
  }
}
