import { setTimeout as sleep } from "node:timers/promises";
import type { LoginFlow } from "../../catalog/logins.ts";
import { type Endpoints, issuerOf } from "./endpoints.ts";
import { FLOWS } from "./flows/index.ts";
import { type Grant, refreshed, requestGrant } from "./grant.ts";
import { LockBusy } from "./lock.ts";
import { isLater, type LoginRecord } from "./record.ts";
import { TokenRefused } from "./refusal.ts";
import { StoreUnusable, type TokenStore } from "./store.ts";

/** One refresh of one login. */
export interface RefreshJob {
  name: string;
  store: TokenStore;
  endpoints: (flow: LoginFlow) => Endpoints;
  /** The login as this process knows it; it may be newer than the file, if that could not be written. */
  mine: LoginRecord | undefined;
  /** Another process may have done it while we waited: is this token still not good enough? */
  isDue: (record: LoginRecord) => boolean;
  /** The access token can still be used: a refresh that cannot be written down can wait. */
  mayWait: boolean;
  /** Epoch ms. */
  now: () => number;
}

export interface Refreshed {
  /** The login as it is now; undefined when it was signed out meanwhile. */
  record: LoginRecord | undefined;
  /** It could not be written down: why. Keep it, and try again. */
  unsaved?: Error;
}

/** Longer than most refreshes take; who waits in vain comes again. */
const LOCK_WAIT_MS = 20_000;
/** An answer that was lost is asked for once more after this long. */
const REPEAT_MS = 1_000;

const LOST =
  "the answer to a refresh was lost on the way, and the vendor takes its refresh token only once. Sign in again";

/**
 * Gets a newer token while no other process does, and writes it down before anybody uses it. A token that another
 * process, or a new sign-in, has put into the file in the meantime is taken instead.
 * @throws {TokenRefused} with kind `later` when there is no newer token now, and the login stays as it is
 */
export async function refreshLogin(job: RefreshJob): Promise<Refreshed> {
  const { store, name } = job;
  let locked = false;
  const work = (isMine: () => Promise<boolean>): Promise<Refreshed> => {
    locked = true;
    return alone(job, isMine);
  };
  try {
    return await store.whileRefreshing(name, LOCK_WAIT_MS, work).catch((error: unknown) => {
      // Where nothing can be written there is no lock either, and no other process that could write.
      if (locked || job.mayWait || !isSystemError(error)) throw error;
      return work(async () => true);
    });
  } catch (error) {
    if (error instanceof LockBusy || error instanceof StoreUnusable || isSystemError(error))
      throw new TokenRefused("later", "store", error.message);
    throw error;
  }
}

async function alone(job: RefreshJob, isMine: () => Promise<boolean>): Promise<Refreshed> {
  const { mine, isDue, now } = job;
  const record = newer(mine, await job.store.login(job.name));
  if (record?.state !== "ok" || record.refresh_token === undefined || !isDue(record)) return { record };
  if ((record.earliest_refresh_at ?? 0) > now()) return { record };
  const endpoints = job.endpoints(record.flow);
  if (issuerOf(endpoints) !== record.issuer) {
    const message = `this login was made at ${record.issuer}, but the configuration now names ${issuerOf(endpoints)}. Sign in again`;
    throw new TokenRefused("later", "other_issuer", message);
  }
  await mark(job, record);
  // Whoever was stopped here for long comes too late: another process has spent this refresh token.
  if (!(await isMine())) return { record: newer(mine, await job.store.login(job.name)) };
  const grant = await ask(endpoints, record).catch((error: unknown) => error);
  if (grant instanceof TokenRefused) return { record: await refused(job, record, grant) };
  if (grant instanceof Error) throw grant;
  return save(job, record, refreshed(record, grant as Grant, now()));
}

/** After a logout there is no newer one; a process that could not write knows better than the file. */
function newer(mine: LoginRecord | undefined, stored: LoginRecord | undefined): LoginRecord | undefined {
  return mine && stored && isLater(mine, stored) ? mine : stored;
}

/** Leaves a note that a refresh is under way: if nobody hears of it again, its refresh token may have been spent. */
async function mark(job: RefreshJob, record: LoginRecord): Promise<void> {
  const refreshing = { generation: record.generation, since: job.now(), pid: process.pid };
  await replace(job, record, { ...record, refreshing }).catch((error: unknown) => {
    if (job.mayWait) throw error;
  });
}

async function ask(endpoints: Endpoints, record: LoginRecord): Promise<Grant> {
  const params = {
    grant_type: "refresh_token",
    refresh_token: record.refresh_token,
    client_id: record.client_id,
    ...FLOWS[record.flow].refreshParams(record, endpoints),
  };
  try {
    return await requestGrant(endpoints, params);
  } catch (error) {
    if (!(error instanceof TokenRefused) || !error.maybeSpent) throw error;
    await sleep(REPEAT_MS);
    return await requestGrant(endpoints, params).catch((second: unknown) => {
      throw second instanceof TokenRefused && second.kind === "sign_in"
        ? new TokenRefused("sign_in", second.code, LOST)
        : second;
    });
  }
}

/** Only a terminal answer changes the login; with any other it stays as it is, for another try. */
async function refused(job: RefreshJob, record: LoginRecord, refusal: TokenRefused): Promise<LoginRecord | undefined> {
  const { code, kind } = refusal;
  const { refreshing: earlier, ...rest } = record;
  if (kind === "later") {
    if (!refusal.maybeSpent) await replace(job, record, rest).catch(() => undefined); // the file is only less tidy
    throw refusal;
  }
  const message = kind === "sign_in" && earlier?.generation === record.generation ? LOST : refusal.message;
  const state = kind === "sign_in" ? "needs_login" : "blocked";
  const ended = { ...rest, state, last_error: { code, message, at: job.now() } } as const;
  return replace(job, record, ended).catch(() => ended); // true, whether it could be written down or not
}

async function save(job: RefreshJob, before: LoginRecord, after: LoginRecord): Promise<Refreshed> {
  try {
    return { record: await replace(job, before, after) };
  } catch (error) {
    if (error instanceof Error) return { record: after, unsaved: error };
    throw error;
  }
}

/** Puts `after` in the place of `before`, unless a sign-in or a logout has changed it: then that is what counts. */
function replace(job: RefreshJob, before: LoginRecord, after: LoginRecord): Promise<LoginRecord | undefined> {
  return job.store.update(job.name, (current) => {
    const isSame = current && (current.refresh_token === before.refresh_token || isLater(before, current));
    return isSame ? after : current;
  });
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "code" in error && "syscall" in error;
}
