import { setTimeout as sleep } from "node:timers/promises";
import type { Endpoints } from "./endpoints.ts";
import { NoAnswer, postJson, type Reply } from "./http.ts";
import { SignInFailed } from "./sign-in-failed.ts";

/** A code for the user to type at the vendor's page, on any machine. */
export interface DeviceCode {
  userCode: string;
  verifyUrl: string;
  /** Secret. */
  deviceAuthId: string;
  intervalMs: number;
}

/** What the vendor gives once the code was typed; it has made the PKCE pair itself. Secret. */
export interface DeviceAnswer {
  code: string;
  verifier: string;
}

/** The vendor's clock and ours differ a little, and a poll that comes too early costs a longer interval. */
const MARGIN = 1.6;
const SHORTEST_MS = 200;
const SLOW_DOWN_MS = 5_000;
const DEFAULT_INTERVAL_S = 5;

/** @throws {SignInFailed} */
export async function requestDeviceCode({ device, clientId }: Endpoints): Promise<DeviceCode> {
  if (!device) throw new SignInFailed("This vendor gives no device codes. Sign in with a browser, or paste the code.");
  const reply = await postJson(device.codeUrl, { client_id: clientId }).catch(unreachable);
  if (reply.status === 404)
    throw new SignInFailed(
      "The vendor gives no device code to this account. Allow it in ChatGPT's security settings (in a workspace, its administrator must), or sign in with a browser.",
    );
  const { device_auth_id, user_code, interval } = fields(reply);
  if (typeof device_auth_id !== "string" || typeof user_code !== "string")
    throw new SignInFailed(`The vendor gave no device code (HTTP ${reply.status}).`);
  const seconds = Number(interval ?? DEFAULT_INTERVAL_S);
  return {
    userCode: user_code,
    verifyUrl: device.verifyUrl,
    deviceAuthId: device_auth_id,
    intervalMs: (seconds >= 0 ? seconds : DEFAULT_INTERVAL_S) * 1000,
  };
}

/**
 * Asks until the code was typed.
 * @param signal ends it when the sign-in is cancelled or too old
 * @throws {SignInFailed}
 */
export async function waitForDevice(
  { device }: Endpoints,
  code: DeviceCode,
  signal: AbortSignal,
): Promise<DeviceAnswer> {
  let interval = Math.max(SHORTEST_MS, code.intervalMs * MARGIN);
  for (;;) {
    await sleep(interval, undefined, { signal });
    const body = { device_auth_id: code.deviceAuthId, user_code: code.userCode };
    const reply = await postJson(device?.tokenUrl ?? "", body).catch((error: unknown) => {
      if (error instanceof NoAnswer) return undefined; // the next poll may get through
      throw error;
    });
    if (!reply) continue;
    if (reply.status === 200) return readAnswer(reply);
    const error = errorCode(reply);
    if (error === "slow_down") interval += SLOW_DOWN_MS;
    else if (reply.status === 410) throw new SignInFailed("The code has expired. Start again.");
    else if (reply.status !== 403 && reply.status !== 404 && error !== "deviceauth_authorization_pending")
      throw new SignInFailed(`The vendor refused the sign-in (HTTP ${reply.status}).`);
  }
}

function readAnswer(reply: Reply): DeviceAnswer {
  const { authorization_code, code_verifier } = fields(reply);
  if (typeof authorization_code === "string" && typeof code_verifier === "string")
    return { code: authorization_code, verifier: code_verifier };
  throw new SignInFailed("The vendor's answer holds no code.");
}

function errorCode(reply: Reply): unknown {
  const { error, code } = fields(reply);
  return typeof error === "object" && error !== null ? (error as { code?: unknown }).code : (error ?? code);
}

function fields({ json }: Reply): Readonly<Record<string, unknown>> {
  return typeof json === "object" && json !== null ? (json as Record<string, unknown>) : {};
}

function unreachable(error: unknown): never {
  if (error instanceof NoAnswer) throw new SignInFailed(`The vendor cannot be reached: ${error.message}.`);
  throw error;
}
