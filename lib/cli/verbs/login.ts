import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { flowOf, loginFacts } from "../../catalog/logins.ts";
import type { Provider } from "../../config/settings.ts";
import { type AdminApi, adminApi } from "../admin-api.ts";
import { confirm } from "../ask.ts";
import { usableConfig } from "../configuration.ts";
import { EXIT, wrap } from "../terminal.ts";
import { CommandFailed, type VerbContext } from "../verb.ts";

/** What the server answers to `POST /api/oauth/authorize`. */
interface Begun {
  url: string;
  state: string;
  expects: string[];
  user_code?: string;
  note?: string;
}

interface Standing {
  state: "waiting" | "done" | "failed";
  message?: string;
}

type Method = "browser" | "paste" | "device";

/** How often the server is asked whether the browser has come back. */
const POLL_MS = 500;

export async function run(context: VerbContext): Promise<number> {
  const { terminal, operands } = context;
  const config = await usableConfig(context);
  const provider = loginProvider(config.settings.providers, operands[0] ?? "");
  const api = await adminApi(context, config);
  const method = methodOf(context);
  await showTerms(context, provider, method);
  const begun = await api.call<Begun>("POST", "/api/oauth/authorize", {
    provider: provider.name,
    method,
    accept_terms: true,
  });
  explain(context, begun);
  const ended = await waitForEnd(context, api, provider.name, begun);
  if (ended.state !== "done") throw new CommandFailed(`Not signed in: ${ended.message ?? "it did not work out"}`);
  terminal.out(`${terminal.paint.green("✔")} ${terminal.paint.bold(provider.name)} is signed in.`);
  return EXIT.ok;
}

/** @throws {CommandFailed} when nobody can sign in there */
export function loginProvider(providers: ReadonlyMap<string, Provider>, name: string): Provider {
  const provider = providers.get(name);
  const candidates = [...providers.values()].filter(({ authType }) => authType === "oauth").map((each) => each.name);
  const hint =
    candidates.length > 0 ? `You can sign in to: ${candidates.join(", ")}` : 'No provider has auth_type = "oauth" yet.';
  if (!provider) throw new CommandFailed(`No provider is called "${name}".`, [hint]);
  if (provider.authType !== "oauth")
    throw new CommandFailed(`"${name}" has auth_type = "${provider.authType}", so nobody signs in to it.`, [hint]);
  return provider;
}

/** What the vendor's terms say comes first; who goes on has read it. */
async function showTerms(
  { terminal, values }: VerbContext,
  { name, type, oauth }: Provider,
  method: Method,
): Promise<void> {
  const flow = flowOf(type.id, method === "device" ? "codex" : oauth.flow);
  if (!flow) return;
  const { label, terms } = loginFacts(flow);
  terminal.out(`${terminal.paint.bold(name)}: ${label}`);
  for (const line of wrap(terms.text, terminal.columns - 2)) terminal.out(`  ${line}`);
  terminal.out(terminal.paint.dim(`  As of ${terms.asOf}: ${terms.source}`));
  terminal.out();
  if (values.yes === true || (await confirm(terminal, "Go on?", "no"))) return;
  throw new CommandFailed("Nothing was done.", terminal.interactive ? [] : ["To go on without being asked: --yes"]);
}

/** Over SSH, the browser runs on another machine, and cannot come back to this one. */
function methodOf({ values, env }: VerbContext): Method {
  if (values.device === true) return "device";
  return values.paste === true || env.SSH_CONNECTION ? "paste" : "browser";
}

function explain({ terminal }: VerbContext, { url, expects, user_code, note }: Begun): void {
  const { paint } = terminal;
  if (note !== undefined) for (const line of wrap(note, terminal.columns)) terminal.out(paint.yellow(line));
  terminal.out("Open this address in a browser:");
  terminal.out();
  terminal.out(link(terminal.interactive, paint.cyan(url), url));
  terminal.out();
  if (user_code !== undefined) terminal.out(`and type this code there: ${paint.bold(user_code)}`);
  else if (expects.includes("callback"))
    terminal.out("Waiting for the browser. If it cannot come back, paste the address it ended at:");
  else terminal.out("Then paste here what the page shows, or the whole address that the browser ended at:");
}

/** In one piece, so that it can be clicked and copied however the terminal breaks its lines (OSC 8). */
function link(isTerminal: boolean, text: string, url: string): string {
  return isTerminal ? `\u001b]8;;${url}\u001b\\${text}\u001b]8;;\u001b\\` : text;
}

/** The browser's return, or a line that was pasted, whichever comes first. */
async function waitForEnd({ terminal }: VerbContext, api: AdminApi, provider: string, begun: Begun): Promise<Standing> {
  const lines = createInterface({ input: process.stdin });
  lines.on("line", (line) => {
    if (line.trim() === "") return;
    api.call("POST", "/api/oauth/exchange", { provider, code: line }).catch((error: unknown) => {
      if (error instanceof CommandFailed) terminal.err(error.message);
      else throw error;
    });
  });
  try {
    for (;;) {
      const standing = await api.call<Standing>("GET", `/api/oauth/authorize/${begun.state}`);
      if (standing.state !== "waiting") return standing;
      await sleep(POLL_MS);
    }
  } finally {
    lines.close();
    process.stdin.unref?.();
  }
}
