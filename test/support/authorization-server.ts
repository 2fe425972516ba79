/**
 * @module An authorization server on loopback that is as strict as the vendors' are said to be: it checks every parameter,
 * PKCE, state, redirect and encoding, takes a refresh token once, and ends all of a login's tokens when one comes twice.
 *
 *     const vendor = await startAuthorizationServer("claude", { lifeS: 2 });
 *     const back = await vendor.allow(url);        // what the browser of a willing user does
 *     vendor.fail("token", { status: 503 });       // once
 */
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { LoginFlow } from "../../lib/catalog/logins.ts";
import { CLIENT_SECRET, PROFILES, type Profile } from "./authorization/profiles.ts";

export interface ServerOptions {
  /** Life of an access token. */
  lifeS?: number;
  /** How long the token endpoint takes. */
  delayMs?: number;
  /** Fields of every token answer; undefined takes one out. */
  answer?: Record<string, unknown>;
  /** Claims of id tokens, or another algorithm. */
  idToken?: { claims?: Record<string, unknown>; alg?: "none" };
}

/** What goes wrong, once. */
export interface Fault {
  status?: number;
  headers?: Record<string, string>;
  body?: string | object;
  /** Before any answer: `hang` for good, cut the connection `before` or `after` the request took effect. */
  connection?: "hang" | "before" | "after" | "half";
  /** Extra time. */
  delayMs?: number;
}

export interface ReceivedCall {
  endpoint:
    | "authorize"
    | "token"
    | "revoke"
    | "profile"
    | "device_code"
    | "device_token"
    | "jwks"
    | "resource"
    | "other";
  params: Record<string, string>;
  headers: IncomingMessage["headers"];
}

interface Family {
  current: string;
  used: Set<string>;
  revoked: boolean;
  clientId: string;
}

interface Grant {
  clientId: string;
  redirectUri: string;
  challenge: string;
  state: string;
  nonce: string | undefined;
  used: boolean;
}

export type Endpoint = ReceivedCall["endpoint"];

export class AuthorizationServer {
  readonly flow: LoginFlow;
  readonly profile: Profile;
  readonly options: ServerOptions;
  readonly calls: ReceivedCall[] = [];
  /** What a client did that no vendor would let through. */
  readonly violations: string[] = [];
  /** Refresh tokens that came a second time. */
  reuses = 0;
  refreshes = 0;
  url = "";
  /** Answers of the device endpoint until the user has typed the code. */
  devicePolls: { status: number; body: object }[] = [];
  readonly #codes = new Map<string, Grant>();
  readonly #families: Family[] = [];
  readonly #access = new Map<string, { family: Family; ends: number }>();
  readonly #faults: { endpoint: Endpoint; fault: Fault }[] = [];
  readonly #secrets = new Set<string>();
  readonly #sockets = new Set<Socket>();
  readonly #key = signingKey();
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  #device: { verifier: string } | undefined;

  constructor(flow: LoginFlow, options: ServerOptions) {
    this.flow = flow;
    this.profile = PROFILES[flow];
    this.options = options;
    this.#server.on("connection", (socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
    });
  }

  async listen(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    return this;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  /** For a provider's `oauth`. */
  get overrides(): Record<string, string | boolean> {
    const { authorizePath, tokenPath, revokePath } = this.profile;
    return {
      authorize_url: this.url + authorizePath,
      token_url: this.url + tokenPath,
      revoke_url: this.url + revokePath,
      profile_url: `${this.url}/profile`,
      jwks_url: `${this.url}/.well-known/jwks.json`,
      ...(this.flow === "codex" && {
        flow: "codex",
        device_code_url: `${this.url}/device/usercode`,
        device_token_url: `${this.url}/device/token`,
      }),
      ...(this.flow === "google" && { enabled: true, client_secret: CLIENT_SECRET }),
    };
  }

  /** The same, as TOML. */
  get toml(): string {
    const entries = Object.entries(this.overrides).map(([key, value]) => `${key} = ${JSON.stringify(value)}`);
    return `oauth = { ${entries.join(", ")} }`;
  }

  /** What the browser of a user who says yes does: where it is sent back to. Fails when a parameter is not as it must be. */
  async allow(authorizeUrl: string): Promise<URL> {
    const response = await fetch(authorizeUrl, { redirect: "manual" });
    const location = response.headers.get("location");
    if (response.status !== 302 || location === null) throw new Error(`${response.status}: ${await response.text()}`);
    return new URL(location);
  }

  /** The next request to the endpoint fares like this. */
  fail(endpoint: Endpoint, ...faults: Fault[]): void {
    for (const fault of faults) this.#faults.push({ endpoint, fault });
  }

  count(endpoint: Endpoint): number {
    return this.calls.filter((call) => call.endpoint === endpoint).length;
  }

  isGood(accessToken: string): boolean {
    const known = this.#access.get(accessToken);
    return known !== undefined && !known.family.revoked && known.ends > Date.now();
  }

  /** Ends access tokens before their time, as vendors sometimes do; the refresh tokens stay good. */
  endAccessTokens(): void {
    for (const token of this.#access.values()) token.ends = 0;
  }

  /** Ends every login. */
  endLogins(): void {
    for (const family of this.#families) family.revoked = true;
  }

  get revokedLogins(): number {
    return this.#families.filter(({ revoked }) => revoked).length;
  }

  /** Everything that was issued and must not be found anywhere. */
  get secrets(): string[] {
    return [...this.#secrets];
  }

  /** A pair of tokens, as if somebody had signed in. */
  issue(clientId: string, nonce?: string): Record<string, unknown> {
    const family: Family = { current: this.#secret("refresh"), used: new Set(), revoked: false, clientId };
    this.#families.push(family);
    return this.#answer(family, nonce);
  }

  #secret(kind: string): string {
    const prefix = this.flow === "claude" ? `sk-ant-${kind === "refresh" ? "ort01" : "oat01"}-` : `${kind}_`;
    const value = `${prefix}${randomBytes(24).toString("base64url")}`;
    this.#secrets.add(value);
    return value;
  }

  #answer(family: Family, nonce: string | undefined): Record<string, unknown> {
    const life = this.options.lifeS ?? 3600;
    const access = this.#secret("access");
    this.#access.set(access, { family, ends: Date.now() + life * 1000 });
    const common = { access_token: access, token_type: "Bearer", expires_in: life };
    const idToken = this.flow === "claude" ? {} : { id_token: this.#idToken(family.clientId, nonce) };
    const scope = this.profile.authorize.scope;
    const own =
      this.flow === "claude"
        ? {
            account: { uuid: "acc-1", email_address: "user@example.com" },
            organization: { uuid: "org-1", name: "Org" },
          }
        : {};
    return { ...common, refresh_token: family.current, scope, ...idToken, ...own, ...this.options.answer };
  }

  #idToken(audience: string, nonce: string | undefined): string {
    const { claims, alg } = this.options.idToken ?? {};
    const now = Math.floor(Date.now() / 1000);
    const payload = {
      iss: this.url,
      aud: audience,
      sub: "user-1",
      nonce,
      iat: now,
      exp: now + 3600,
      email: "user@example.com",
      name: "Ünï>>>???", // its base64url holds - and _
      "https://api.openai.com/auth": { chatgpt_account_id: "acct-1", chatgpt_plan_type: "plus" },
      ...claims,
    };
    return jwt({ alg: alg ?? "RS256", typ: "JWT", kid: "k1" }, payload, alg ? undefined : this.#key.privateKey);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", this.url);
    const endpoint = this.#endpointOf(url.pathname);
    const params =
      request.method === "GET" ? Object.fromEntries(url.searchParams) : await this.#params(request, endpoint);
    this.calls.push({ endpoint, params, headers: request.headers });
    const index = this.#faults.findIndex((each) => each.endpoint === endpoint);
    const fault = index < 0 ? undefined : this.#faults.splice(index, 1)[0]?.fault;
    if (fault?.connection === "hang") return;
    if (fault?.connection === "before") return void request.socket.destroy();
    const delay = (endpoint === "token" ? (this.options.delayMs ?? 0) : 0) + (fault?.delayMs ?? 0);
    if (fault?.connection === undefined && (fault?.status !== undefined || fault?.body !== undefined)) {
      if (delay > 0) await sleep(delay);
      const body = typeof fault.body === "string" ? fault.body : JSON.stringify(fault.body ?? {});
      return void response
        .writeHead(fault.status ?? 200, { "content-type": "application/json", ...fault.headers })
        .end(body);
    }
    const { status, body, headers } = this.#handle(endpoint, params, request);
    if (delay > 0) await sleep(delay);
    if (fault?.connection === "after") return void request.socket.destroy();
    const text = JSON.stringify(body);
    response.writeHead(status, { "content-type": "application/json", ...headers });
    if (fault?.connection !== "half") return void response.end(text);
    response.write(text.slice(0, text.length / 2), () => request.socket.destroy());
  }

  #endpointOf(path: string): Endpoint {
    const { authorizePath, tokenPath, revokePath } = this.profile;
    const known: Record<string, Endpoint> = {
      [authorizePath]: "authorize",
      [tokenPath]: "token",
      [revokePath]: "revoke",
      "/profile": "profile",
      "/resource": "resource",
      "/device/usercode": "device_code",
      "/device/token": "device_token",
      "/.well-known/jwks.json": "jwks",
    };
    return known[path] ?? "other";
  }

  async #params(request: IncomingMessage, endpoint: Endpoint): Promise<Record<string, string>> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const text = Buffer.concat(parts).toString("utf8");
    const type = request.headers["content-type"] ?? "";
    if (endpoint === "token") {
      const wanted = this.profile.encoding === "json" ? "application/json" : "application/x-www-form-urlencoded";
      if (!type.startsWith(wanted)) this.violations.push(`token: ${type} instead of ${wanted}`);
    }
    return type.startsWith("application/json")
      ? (JSON.parse(text) as Record<string, string>)
      : Object.fromEntries(new URLSearchParams(text));
  }

  #handle(endpoint: Endpoint, params: Record<string, string>, request: IncomingMessage): Answer {
    switch (endpoint) {
      case "authorize":
        return this.#authorize(params);
      case "token":
        return params.grant_type === "refresh_token" ? this.#refresh(params) : this.#exchange(params);
      case "revoke": {
        const family = this.#families.find(({ current }) => current === params.token);
        if (family) family.revoked = true;
        return { status: 200, body: {} };
      }
      case "profile":
        return { status: 200, body: { account: { uuid: "acc-1", has_claude_max: true, has_claude_pro: false } } };
      case "jwks":
        return {
          status: 200,
          body: { keys: [{ ...this.#key.publicKey.export({ format: "jwk" }), kid: "k1", use: "sig" }] },
        };
      case "device_code":
        this.#device = { verifier: randomBytes(32).toString("base64url") };
        return { status: 200, body: { device_auth_id: "dev-1", user_code: "ABCD-1234", interval: "0" } };
      case "device_token":
        return this.#deviceToken(params);
      case "resource": {
        const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1] ?? "";
        return this.isGood(token) ? { status: 200, body: {} } : { status: 401, body: { error: "unauthorized" } };
      }
      case "other":
        return { status: 404, body: { error: "not_found" } };
    }
  }

  #authorize(params: Record<string, string>): Answer {
    const { authorize, isRedirect } = this.profile;
    const { redirect_uri = "", state = "", code_challenge = "", client_id = "" } = params;
    const faults: string[] = [];
    if (params.response_type !== "code") faults.push("response_type");
    if (params.code_challenge_method !== "S256" || code_challenge.length !== 43) faults.push("code_challenge");
    if (state.length < 22) faults.push("state");
    if (!isRedirect(redirect_uri)) faults.push(`redirect_uri ${redirect_uri}`);
    const usual = [
      "response_type",
      "code_challenge",
      "code_challenge_method",
      "state",
      "redirect_uri",
      "client_id",
      "scope",
    ];
    for (const [name, value] of Object.entries(authorize))
      if (params[name] === undefined || (value !== undefined && params[name] !== value)) faults.push(name);
    for (const name of Object.keys(params))
      if (!usual.includes(name) && !Object.hasOwn(authorize, name)) faults.push(`unknown ${name}`);
    if (this.flow === "chatgpt" && !/^urn:uuid:[0-9a-f-]{36}$/.test(params.ext_agent_host_id ?? ""))
      faults.push("host id");
    if (faults.length > 0) {
      this.violations.push(...faults.map((fault) => `authorize: ${fault}`));
      return { status: 400, body: { faults } };
    }
    const issued =
      this.flow === "chatgpt" && client_id === "dynamic_agent_client" ? `oaiapp_${this.#codes.size + 1}` : client_id;
    const code = this.#secret("code");
    this.#codes.set(code, {
      clientId: issued,
      redirectUri: redirect_uri,
      challenge: code_challenge,
      state,
      nonce: params.nonce,
      used: false,
    });
    const back = new URL(redirect_uri);
    back.searchParams.set("code", code);
    back.searchParams.set("state", state);
    if (this.flow === "chatgpt") back.searchParams.set("client_id", issued);
    return { status: 302, body: {}, headers: { location: back.href } };
  }

  #exchange(params: Record<string, string>): Answer {
    const { code = "", code_verifier = "", redirect_uri, client_id } = params;
    this.#secrets.add(code_verifier);
    const grant = this.#codes.get(code);
    const faults: string[] = [];
    if (params.grant_type !== "authorization_code") faults.push("grant_type");
    if (!grant) faults.push("code");
    if (grant?.used) faults.push("code used twice");
    if (grant && grant.redirectUri !== redirect_uri) faults.push(`redirect_uri ${redirect_uri}`);
    if (grant && grant.clientId !== client_id) faults.push("client_id");
    if (grant && createHash("sha256").update(code_verifier).digest("base64url") !== grant.challenge)
      faults.push("code_verifier");
    if (grant && code_verifier === grant.state) faults.push("state is the verifier");
    for (const name of this.profile.exchange) if (params[name] === undefined) faults.push(name);
    if (this.flow === "claude" && params.state !== grant?.state) faults.push("state");
    if (this.flow === "google" && params.client_secret !== CLIENT_SECRET) faults.push("client_secret");
    if (!grant || faults.length > 0) {
      this.violations.push(...faults.map((fault) => `exchange: ${fault}`));
      return { status: 400, body: { error: "invalid_grant", error_description: faults.join(", ") } };
    }
    grant.used = true;
    return { status: 200, body: this.issue(grant.clientId, grant.nonce) };
  }

  #refresh(params: Record<string, string>): Answer {
    const { refresh_token: token = "", client_id } = params;
    for (const name of this.profile.refresh)
      if (params[name] === undefined) this.violations.push(`refresh: without ${name}`);
    const family = this.#families.find(({ current, used }) => current === token || used.has(token));
    if (family && family.clientId !== client_id) this.violations.push("refresh: client_id");
    if (family?.used.has(token)) {
      this.reuses++;
      family.revoked = true;
    }
    const { status, body } = this.profile.refusal;
    if (!family || family.revoked) return { status, body };
    this.refreshes++;
    if (this.profile.rotates) {
      family.used.add(token);
      family.current = this.#secret("refresh");
      return { status: 200, body: this.#answer(family, undefined) };
    }
    const { refresh_token: _kept, ...answer } = this.#answer(family, undefined);
    return { status: 200, body: answer };
  }

  #deviceToken(params: Record<string, string>): Answer {
    if (params.device_auth_id !== "dev-1" || params.user_code !== "ABCD-1234")
      this.violations.push("device: wrong ids");
    const next = this.devicePolls.shift();
    if (next) return next;
    const verifier = this.#device?.verifier ?? "";
    const challenge = createHash("sha256").update(verifier).digest("base64url");
    const code = this.#secret("code");
    const redirectUri = "https://auth.openai.com/deviceauth/callback";
    const clientId = "app_EMoamEEZ73f0CkXaXp7hrann";
    this.#codes.set(code, { clientId, redirectUri, challenge, state: "", nonce: undefined, used: false });
    return { status: 200, body: { authorization_code: code, code_challenge: challenge, code_verifier: verifier } };
  }
}

let key: ReturnType<typeof generateKeyPairSync> | undefined;

/** Making one takes a while, so all servers of a test have the same. */
function signingKey() {
  key ??= generateKeyPairSync("rsa", { modulusLength: 2048 });
  return key;
}

interface Answer {
  status: number;
  body: object;
  headers?: Record<string, string>;
}

/** Starts one for a vendor's way to sign in. */
export function startAuthorizationServer(flow: LoginFlow, options: ServerOptions = {}): Promise<AuthorizationServer> {
  return new AuthorizationServer(flow, options).listen();
}

/** A JWT; without a key it has an empty signature. */
export function jwt(header: object, payload: object, key: KeyObject | undefined): string {
  const content = [header, payload].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
  return `${content}.${key ? sign("RSA-SHA256", Buffer.from(content), key).toString("base64url") : ""}`;
}
