import { get, NoAnswer } from "../oauth/http.ts";
import { AdcFailed } from "./find.ts";
import type { GoogleToken } from "./tokens.ts";

type Environment = Readonly<Record<string, string | undefined>>;

const SCOPE = "https://www.googleapis.com/auth/cloud-platform";
/** Elsewhere than at Google nobody answers at this address, and a laptop must not wait for it. */
const PATIENCE_MS = 1_000;
const FLAVOUR = { "metadata-flavor": "Google" };

/** Address of the metadata server; undefined when the user says that there is none. */
export function metadataUrl(configured: string | undefined, env: Environment): string | undefined {
  if (configured) return configured.replace(/\/+$/, "");
  if (env.METADATA_SERVER_DETECTION === "none") return undefined;
  const host = env.GCE_METADATA_IP || env.GCE_METADATA_HOST;
  return `http://${host || "169.254.169.254"}`;
}

/**
 * The token of the machine's own service account.
 * @returns undefined where there is no metadata server
 * @throws {AdcFailed}
 */
export async function tokenFromMetadata(url: string): Promise<GoogleToken | undefined> {
  const account = `${url}/computeMetadata/v1/instance/service-accounts/default/token`;
  const reply = await ask(`${account}?scopes=${encodeURIComponent(SCOPE)}`);
  if (!reply) return undefined;
  const { access_token, expires_in } = (reply.json ?? {}) as Readonly<Record<string, unknown>>;
  if (reply.status === 200 && typeof access_token === "string")
    return { token: access_token, expiresInMs: (Number(expires_in) || 3600) * 1000 };
  throw new AdcFailed(
    `The metadata server gives no token (HTTP ${reply.status}): does this machine have a service account?`,
    reply.status >= 500 ? "overloaded" : "no_credential",
  );
}

/** @returns undefined where there is no metadata server, or it knows of none */
export async function projectFromMetadata(url: string): Promise<string | undefined> {
  const reply = await ask(`${url}/computeMetadata/v1/project/project-id`);
  return reply?.status === 200 && reply.text !== "" ? reply.text.trim() : undefined;
}

async function ask(url: string) {
  const reply = await get(url, FLAVOUR, PATIENCE_MS).catch((error: unknown) => {
    if (error instanceof NoAnswer) return undefined;
    throw error;
  });
  // Whoever else answers at that address is not to be believed.
  return reply?.headers.get("metadata-flavor") === "Google" ? reply : undefined;
}
