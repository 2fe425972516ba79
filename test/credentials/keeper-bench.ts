/** @module One keeper over a vendor on loopback, with a clock that a test can move. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LoginFlow } from "../../lib/catalog/logins.ts";
import { type Endpoints, endpointsOf } from "../../lib/credentials/oauth/endpoints.ts";
import { Keeper } from "../../lib/credentials/oauth/keeper.ts";
import type { LoginRecord } from "../../lib/credentials/oauth/record.ts";
import { TokenStore } from "../../lib/credentials/oauth/store.ts";
import {
  type AuthorizationServer,
  type ServerOptions,
  startAuthorizationServer,
} from "../support/authorization-server.ts";

export interface Bench {
  dir: string;
  vendor: AuthorizationServer;
  store: TokenStore;
  keeper: Keeper;
  endpoints: (flow: LoginFlow) => Endpoints;
  warnings: string[];
  /** Moves the wall clock, as an administrator or a wrong battery does. */
  jump(ms: number): void;
  /** Another keeper over the same file, as another process has. */
  another(): Keeper;
  /** Puts a fresh login into the file and has the keeper read it. */
  login(): Promise<LoginRecord>;
  onDisk(): LoginRecord | undefined;
  /** The token file's text. */
  raw(): string;
  files(): string[];
  close(): Promise<void>;
}

/** @param place where its folder is made */
export async function buildBench(
  flow: LoginFlow = "claude",
  options: ServerOptions = {},
  place = tmpdir(),
): Promise<Bench> {
  const dir = mkdtempSync(join(place, "ccm-keeper-"));
  const vendor = await startAuthorizationServer(flow, options);
  const warnings: string[] = [];
  let offset = 0;
  const clock = { now: () => Date.now() + offset, monotonic: () => performance.now() };
  const store = new TokenStore({ dir, now: clock.now, warn: (message) => void warnings.push(message) });
  const endpoints = (of: LoginFlow) => endpointsOf(of, vendor.overrides as never);
  const keepers: Keeper[] = [];
  const another = (): Keeper => {
    const log = (_level: string, message: string) => void warnings.push(message);
    const keeper = new Keeper("plan", { store, clock, random: () => 0.5, endpoints, log, changed: () => undefined });
    keepers.push(keeper);
    return keeper;
  };
  const keeper = another();
  const file = join(dir, "oauth_tokens.json");
  return {
    dir,
    vendor,
    store,
    keeper,
    endpoints,
    warnings,
    another,
    jump: (ms) => {
      offset += ms;
    },
    async login() {
      const { clientId } = endpoints(flow);
      const issued = vendor.issue(clientId);
      const now = clock.now();
      const record = await store.update("plan", (before) => ({
        flow,
        state: "ok",
        issuer: new URL(endpoints(flow).tokenUrl).origin,
        client_id: clientId,
        access_token: String(issued.access_token),
        refresh_token: String(issued.refresh_token),
        scopes: [],
        obtained_at: now,
        expires_at: now + (Number(issued.expires_in) || 3_600) * 1000,
        generation: (before?.generation ?? 0) + 1,
        account: {},
      }));
      await keeper.look();
      if (!record) throw new Error("the login was not written");
      return record;
    },
    raw: () => readFileSync(file, "utf8"),
    onDisk: () => JSON.parse(readFileSync(file, "utf8")).logins.plan as LoginRecord | undefined,
    files: () => readdirSync(dir).sort(),
    async close() {
      for (const each of keepers) await each.close();
      await vendor.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
