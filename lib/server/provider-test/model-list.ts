import { modelListPath } from "../../catalog/index.ts";
import type { Provider } from "../../config/settings.ts";
import type { Credential } from "../../credentials/credential.ts";
import { collect } from "../../relay/collect.ts";
import type { RelayDeps } from "../../relay/run.ts";
import { CallFailed, decodedBody } from "../../relay/upstream.ts";
import { readFailure } from "../../wires/failures.ts";
import { type Verdict, words } from "./verdict.ts";

const TIMEOUT_MS = 15_000;
const MOST_BYTES = 16 * 1024 * 1024;

/** What a provider says that it serves. `ids` is undefined where it cannot be asked, or did not say. */
export interface ModelList {
  verdict: Verdict;
  ids?: string[];
  /** The provider let the credential pass, or did not. Undefined where it was not asked, or failed for another reason. */
  accepted?: boolean;
}

export async function askModelList(
  provider: Provider,
  credential: Credential,
  { pool, timers, now }: Pick<RelayDeps, "pool" | "timers" | "now">,
): Promise<ModelList> {
  const path = modelListPath(provider.type, provider.wire);
  // Logins lead to other addresses, which list nothing.
  if (path === undefined || credential.access)
    return { verdict: { outcome: "skipped", detail: "there is no list to ask" } };
  const headers = {
    accept: "application/json",
    ...(provider.wire === "anthropic" && { "anthropic-version": "2023-06-01" }),
    ...provider.headers,
    ...credential.headers,
  };
  const request = {
    method: "GET",
    url: `${new URL(provider.baseUrl + path).href}${provider.query ? `?${provider.query}` : ""}`,
    headers,
    body: "",
  } as const;
  const call = pool.call(request, { connectMs: provider.timeouts.connect_ms, firstByteMs: TIMEOUT_MS }, false);
  try {
    const response = await call.response;
    const body = await decodedBody(response);
    const bytes = await collect(body, { call, timers, idleMs: TIMEOUT_MS, limit: MOST_BYTES, partial: false });
    const status = response.statusCode ?? 0;
    if (status < 200 || status > 299) {
      const failure = readFailure(provider.type.id, { status, headers: response.headers, body: bytes }, now());
      const refused = failure.reason === "auth";
      return { verdict: { outcome: "failed", ...words(failure) }, ...(refused && { accepted: false }) };
    }
    const ids = idsIn(bytes.toString("utf8"));
    if (!ids) return { verdict: { outcome: "unclear", status, detail: "the answer is no list of models" } };
    return { verdict: { outcome: "ok", status, detail: `it lists ${ids.length} models` }, ids, accepted: true };
  } catch (error) {
    if (!(error instanceof CallFailed)) throw error;
    return { verdict: { outcome: "failed", ...words(error.failure) } };
  }
}

/** OpenAI and Anthropic answer `{data: [{id}]}`, Gemini `{models: [{name: "models/ID"}]}`, Together a bare list. */
function idsIn(text: string): string[] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { data, models } = value as { data?: unknown; models?: unknown };
  const list = [value, data, models].find(Array.isArray) as { id?: unknown; name?: unknown }[] | undefined;
  return list?.map(({ id, name }) => String(id ?? name).replace(/^models\//, ""));
}
