/** @module Our server with one provider that is signed in to, a vendor's authorization server, its API, and a second provider. */
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { LoginFlow } from "../../lib/catalog/logins.ts";
import type { JournalEntry } from "../../lib/journal/entry.ts";
import type { LoginItem, SignInStateView, SignInView } from "../../lib/server/admin/views.ts";
import {
  type AuthorizationServer,
  type ServerOptions,
  startAuthorizationServer,
} from "../support/authorization-server.ts";
import { startMux } from "../support/mux.ts";
import { type Handler, type ReceivedRequest, type Reply, startUpstream, type Upstream } from "../support/upstream.ts";
import { healthy } from "./house.ts";

export const MODEL = "claude-sonnet-4-20250514";

/** The first block of Claude Code's own requests. */
export const IDENTITY = { type: "text", text: "You are Claude Code, Anthropic's official CLI for Claude." };

const TYPES: Readonly<Record<LoginFlow, string>> = {
  claude: "anthropic",
  chatgpt: "openai",
  codex: "openai",
  google: "gemini",
};

export interface LoginHouse {
  mux: Awaited<ReturnType<typeof startMux>>;
  vendor: AuthorizationServer;
  /** The vendor's API: takes only tokens that the vendor's authorization server takes. */
  api: Upstream;
  /** The second in the chain, opened by a key. */
  other: Upstream;
  /** Calls our API; the answer's JSON, or a text that begins with the status. */
  call<T>(method: string, path: string, body?: object): Promise<{ status: number; body: T }>;
  authorize(method?: string): Promise<SignInView>;
  /** Signs in as a willing user with a browser on this machine. */
  signIn(): Promise<void>;
  tokens(): Promise<LoginItem[]>;
  /** Sends a request as Claude Code would. */
  ask(
    body?: object,
    headers?: Record<string, string>,
    signal?: AbortSignal,
  ): Promise<{ status: number; headers: Headers; text: string }>;
  lastEntry(): Promise<JournalEntry>;
  tokenFile(): string;
  tokenFileMode(): number;
  close(): Promise<void>;
}

export interface LoginHouseOptions extends ServerOptions {
  flow?: LoginFlow;
  /** What the vendor's API does with a request whose token is good. */
  api?: Handler;
  /** TOML for the provider, and at the end. */
  provider?: string;
  config?: string;
  env?: Record<string, string>;
  /** Instead of the house's own vendor. */
  oauth?: (vendor: AuthorizationServer, api: string) => string;
}

export async function buildLoginHouse(options: LoginHouseOptions = {}): Promise<LoginHouse> {
  const flow = options.flow ?? "claude";
  const vendor = await startAuthorizationServer(flow, options);
  const api = await startUpstream(onlyWithToken(vendor, options.api ?? healthy("hello from the plan")));
  const other = await startUpstream(healthy("hello from the key"));
  const overrides = { ...vendor.overrides, ...(flow === "claude" ? {} : { api_base: api.url }) };
  const own = Object.entries(overrides).map(([key, value]) => `${key} = ${JSON.stringify(value)}`);
  const oauth = options.oauth?.(vendor, api.url) ?? `oauth = { ${own.join(", ")} }`;
  const mux = await startMux({
    ...(options.env && { env: options.env }),
    config: `[[providers]]
name = "plan"
type = "${TYPES[flow]}"
auth_type = "oauth"
${flow === "claude" ? `base_url = "${api.url}"` : ""}
${oauth}
${options.provider ?? ""}
[[providers]]
name = "key"
type = "anthropic"
base_url = "${other.url}"
api_key = "sk-ant-api03-key-of-the-second-provider"
[[models]]
name = "${MODEL}"
providers = [{ name = "plan", priority = 1, model = "model-of-the-plan" }, { name = "key", priority = 2, model = "model-of-the-key" }]
[router.default]
model = "${MODEL}"
${options.config ?? ""}`,
  });
  const tokenPath = join(mux.server.context.stateDir, "oauth_tokens.json");
  const house: LoginHouse = {
    mux,
    vendor,
    api,
    other,
    async call<T>(method: string, path: string, body?: object) {
      const response = await fetch(`${mux.url}${path}`, {
        method,
        ...(body && { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
      });
      const text = await response.text();
      return { status: response.status, body: (text.startsWith("{") ? JSON.parse(text) : text) as T };
    },
    async authorize(method) {
      const { status, body } = await house.call<SignInView>("POST", "/api/oauth/authorize", {
        provider: "plan",
        ...(method !== undefined && { method }),
      });
      if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`);
      return body;
    },
    async signIn() {
      const { url, state } = await house.authorize();
      const back = await vendor.allow(url);
      const page = await fetch(back);
      const after = await house.call<SignInStateView>("GET", `/api/oauth/authorize/${state}`);
      if (after.body.state !== "done") throw new Error(`${page.status} ${await page.text()}`);
    },
    tokens: async () => (await house.call<{ items: LoginItem[] }>("GET", "/api/oauth/tokens")).body.items,
    async ask(body = {}, headers = {}, signal) {
      const response = await fetch(`${mux.url}/v1/messages`, {
        method: "POST",
        ...(signal && { signal }),
        headers: {
          "content-type": "application/json",
          "x-api-key": "ccm-proxy",
          "anthropic-version": "2023-06-01",
          ...headers,
        },
        body: JSON.stringify({
          model: MODEL,
          max_tokens: 100,
          stream: true,
          system: [IDENTITY],
          messages: [{ role: "user", content: "hi" }],
          ...body,
        }),
      });
      return { status: response.status, headers: response.headers, text: await response.text() };
    },
    async lastEntry() {
      const { body } = await house.call<{ items: JournalEntry[] }>("GET", "/api/journal?limit=1");
      const [entry] = body.items;
      if (!entry) throw new Error("the journal is empty");
      return entry;
    },
    tokenFile: () => readFileSync(tokenPath, "utf8"),
    tokenFileMode: () => statSync(tokenPath).mode & 0o777,
    async close() {
      await mux.close();
      await Promise.all([vendor.close(), api.close(), other.close()]);
    },
  };
  return house;
}

/** The vendor's API behind its login. */
function onlyWithToken(vendor: AuthorizationServer, handler: Handler): Handler {
  return (request: ReceivedRequest, reply: Reply) => {
    const token = /^Bearer (.+)$/.exec(String(request.headers.authorization))?.[1] ?? "";
    if (!vendor.isGood(token)) return reply.error(401, "authentication_error", `Invalid bearer token ${token}`);
    return handler(request, reply);
  };
}
