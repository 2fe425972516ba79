import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import type { FailureReason } from "../../catalog/failure-reasons.ts";
import type { Provider } from "../../config/settings.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** `auth` and `no_credential` are the user's to mend; what is `overloaded` may work in a moment. */
type AdcFailure = Extract<FailureReason, "auth" | "no_credential" | "overloaded">;

/** No token could be had from Google. `message` is for the user. */
export class AdcFailed extends Error {
  override readonly name = "AdcFailed";
  readonly reason: AdcFailure;
  constructor(message: string, reason: AdcFailure = "auth") {
    super(message);
    this.reason = reason;
  }
}

export const HOW_TO_SIGN_IN =
  "Run gcloud auth application-default login, or set GOOGLE_APPLICATION_CREDENTIALS to a file that holds them.";

/** A file with Google's credentials. Secret. */
export interface AdcFile {
  path: string;
  content: Readonly<Record<string, unknown>>;
}

/**
 * Google's application default credentials, in Google's own order: the file that the configuration or
 * GOOGLE_APPLICATION_CREDENTIALS names, else gcloud's.
 * @returns undefined when there is no file: then the metadata server may help
 * @throws {AdcFailed}
 */
export async function findAdcFile({ oauth }: Provider, env: Environment): Promise<AdcFile | undefined> {
  const home = env.HOME || homedir();
  const named = oauth.adc_file || env.GOOGLE_APPLICATION_CREDENTIALS || env.google_application_credentials;
  const path = named?.replace(/^~(?=\/)/, home) ?? wellKnownFile(env, home);
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (named === undefined) return undefined;
    const { code } = error as NodeJS.ErrnoException;
    throw new AdcFailed(`Google's credentials in ${path} cannot be read (${code}). ${HOW_TO_SIGN_IN}`, "no_credential");
  }
  try {
    const content: unknown = JSON.parse(text);
    if (typeof content === "object" && content !== null) return { path, content: content as AdcFile["content"] };
  } catch {
    // falls through to the one sentence for everything that is not an object in JSON
  }
  throw new AdcFailed(`${path} does not hold Google's credentials.`);
}

function wellKnownFile(env: Environment, home: string): string {
  const name = "application_default_credentials.json";
  if (env.CLOUDSDK_CONFIG) return join(env.CLOUDSDK_CONFIG, name);
  return env.APPDATA && process.platform === "win32"
    ? join(env.APPDATA, "gcloud", name)
    : join(home, ".config", "gcloud", name);
}
