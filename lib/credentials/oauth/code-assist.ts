/**
 * What Google's Code Assist wants to have settled before it answers: the account's tier and its project.
 * @module
 */
import { setTimeout as sleep } from "node:timers/promises";
import { get, NoAnswer, postJson, type Reply } from "./http.ts";
import { SignInFailed } from "./sign-in-failed.ts";

export interface CodeAssistAccess {
  /** Without a trailing slash. */
  apiBase: string;
  accessToken: string;
  /** As configured, or empty. */
  project: string;
  /** Between two looks at a project that is being made. */
  pollMs?: number;
}

const POLL_MS = 5_000;
const MOST_POLLS = 24;
const FREE_TIER = "free-tier";

/**
 * Finds, or has Google make, the project that requests are charged to.
 * @throws {SignInFailed} with Google's own reason
 */
export async function codeAssistProject(access: CodeAssistAccess): Promise<string> {
  const { project } = access;
  if (/^\d+$/.test(project)) throw new SignInFailed("project must be the project's id, not its number.");
  const asked = project === "" ? {} : { cloudaicompanionProject: project };
  const loaded = await call(access, "loadCodeAssist", {
    ...asked,
    metadata: { ...METADATA, ...(project !== "" && { duetProject: project }) },
  });
  if (loaded.currentTier) return idOf(loaded.cloudaicompanionProject) ?? needProject(project);
  refuseIneligible(loaded);
  const tier = defaultTier(loaded);
  // The free tier brings a project of its own and fails when it is given one; the others need one.
  const own = tier === FREE_TIER ? {} : { cloudaicompanionProject: needProject(project) };
  const begun = await call(access, "onboardUser", { tierId: tier, ...own, metadata: METADATA });
  return idOf(fields((await finished(access, begun)).response).cloudaicompanionProject) ?? needProject(project);
}

const METADATA = { ideType: "IDE_UNSPECIFIED", platform: "PLATFORM_UNSPECIFIED", pluginType: "GEMINI" };

type Fields = Readonly<Record<string, unknown>>;

function defaultTier(loaded: Fields): string {
  const tiers = (Array.isArray(loaded.allowedTiers) ? loaded.allowedTiers : []).map(fields);
  const id = tiers.find((tier) => tier.isDefault === true)?.id;
  return typeof id === "string" ? id : "legacy-tier";
}

function refuseIneligible(loaded: Fields): void {
  const [reason] = (Array.isArray(loaded.ineligibleTiers) ? loaded.ineligibleTiers : []).map(fields);
  if (!reason || (Array.isArray(loaded.allowedTiers) && loaded.allowedTiers.length > 0)) return;
  if (reason.reasonCode === "UNSUPPORTED_CLIENT")
    throw new SignInFailed(
      "Google no longer serves personal accounts (free, AI Pro, AI Ultra) this way (UNSUPPORTED_CLIENT, since 18 June 2026). Use a Gemini API key or Vertex AI.",
    );
  const link = typeof reason.validationUrl === "string" ? ` See ${reason.validationUrl}` : "";
  throw new SignInFailed(`Google does not serve this account here (${String(reason.reasonCode)}).${link}`);
}

async function finished(access: CodeAssistAccess, begun: Fields): Promise<Fields> {
  let operation = begun;
  for (let polls = 0; operation.done !== true; polls++) {
    if (polls === MOST_POLLS || typeof operation.name !== "string")
      throw new SignInFailed("Google did not get the project ready in time. Try again later.");
    await sleep(access.pollMs ?? POLL_MS);
    const url = `${access.apiBase}/v1internal/${operation.name}`;
    operation = read(await get(url, authorization(access)).catch(unreachable));
  }
  return operation;
}

async function call(access: CodeAssistAccess, method: string, body: object): Promise<Fields> {
  return read(await postJson(`${access.apiBase}/v1internal:${method}`, body, authorization(access)).catch(unreachable));
}

function read({ status, json }: Reply): Fields {
  if (status >= 200 && status <= 299) return fields(json);
  const message = fields(fields(json).error).message;
  throw new SignInFailed(
    `Code Assist refuses this account: ${typeof message === "string" ? message : `HTTP ${status}`}`,
  );
}

function authorization({ accessToken }: CodeAssistAccess): Record<string, string> {
  return { authorization: `Bearer ${accessToken}` };
}

function needProject(project: string): string {
  if (project !== "") return project;
  throw new SignInFailed("This account needs a Google Cloud project: give `project` in the provider's settings.");
}

/** The project comes as its id, or as an object that has one. */
function idOf(project: unknown): string | undefined {
  const id = typeof project === "string" ? project : fields(project).id;
  return typeof id === "string" && id !== "" ? id : undefined;
}

function fields(value: unknown): Fields {
  return typeof value === "object" && value !== null ? (value as Fields) : {};
}

function unreachable(error: unknown): never {
  if (error instanceof NoAnswer) throw new SignInFailed(`Code Assist cannot be reached: ${error.message}.`);
  throw error;
}
