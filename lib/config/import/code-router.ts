/**
 * claude-code-router's configuration as ours: version 2's config.json, and the `config` that version 3 exports. Their keys are
 * documented with that project (docs of 2.0.0 and 3.1); how they were seen to work decides what they come to here.
 * @module
 */
import { bodyLines, keyLiteral } from "../edit/literal.ts";
import type { Path } from "../faults.ts";
import { Account, type ImportNote, keyOf } from "./account.ts";
import { Chains, type Target } from "./chains.ts";
import { importProvider, ourReferences } from "./providers.ts";
import { fallbackOf, importRules } from "./rules.ts";

interface Conversion {
  /** The body of our file. */
  text: string;
  notes: ImportNote[];
  /** Keys that nothing here corresponds to. */
  left: string[];
}

/** Their routes and ours. */
const ROUTES = {
  default: "default",
  background: "background",
  think: "reasoning",
  longContext: "long_context",
  webSearch: "websearch",
  image: "image",
} as const;

/** Above so many tokens version 2 takes its route for long contexts, unless told. */
const LONG_CONTEXT = 60_000;

const LEVELS: Readonly<Record<string, string>> = { fatal: "error", silent: "error" };
const OUR_LEVELS = ["error", "warn", "info", "debug", "trace"];

/** Said of keys that have no counterpart, where there is something to say. */
const HINTS: Readonly<Record<string, string>> = {
  PORT: "was not taken over: this proxy listens on 13456, so that both can run. `server.port` changes it.",
  HOST: "was not taken over: this proxy listens on this machine only. `server.host` changes it, and wants keys then.",
  LOG: "has no counterpart: the log is always written, and bounded. See: ccmctl logs",
  APIKEYS: "were not taken over: they were made for that program's clients. `server.api_keys` asks for keys here.",
  PROXY_URL: "has no key here: set HTTPS_PROXY where the server starts.",
  CUSTOM_ROUTER_PATH: "is a program of your own, which cannot be converted. What routes can do here: docs/routing.md",
  "Router.custom": "is a program of your own, which cannot be converted. What routes can do here: docs/routing.md",
  transformers: "are programs of your own, which cannot be converted.",
  plugins: "cannot be converted.",
  NON_INTERACTIVE_MODE: "is not needed: nothing here asks for a terminal.",
  StatusLine: "has a counterpart that is set up in Claude Code: ccmctl statusline --help",
  statusline: "has a counterpart that is set up in Claude Code: ccmctl statusline --help",
  REWRITE_SYSTEM_PROMPT: "has no counterpart: system prompts are not changed here.",
};

/** @param tree as it was parsed */
export function convertCodeRouter(tree: unknown): Conversion {
  const account = new Account(tree);
  const list = account.peek("Providers") === undefined ? "providers" : "Providers";
  const providers = account.list(list).flatMap((at) => importProvider(account, at) ?? []);
  const chains = new Chains(providers);
  const after = fallbackOf(account, ["Router", "fallback"], chains);
  const router = { ...routesOf(account, chains, after), ...profileRoutes(account, chains, after) };
  const { background } = importRules(account, ["Router", "rules"], chains, after);
  if (background) router.background = background;
  chains.addListed();
  const sections = { server: serverOf(account), router, ...settingsOf(account) };

  if (!router.default)
    account.notes.push({ key: "Router.default", message: "is missing, so no model is asked by default." });
  const rest = account.rest().filter((path) => !isEmpty(account.peek(...path)));
  for (const path of rest) {
    const hint = HINTS[keyOf(path)] ?? HINTS[String(path[0])];
    if (hint !== undefined) account.notes.push({ key: keyOf(path), message: hint });
  }
  const left = rest.map(keyOf).filter((key) => !account.notes.some((note) => note.key === key));
  return {
    text: write(
      sections,
      providers.map(({ entry }) => entry),
      chains.entries(),
    ),
    notes: account.notes,
    left: [...new Set(left.map((key) => key.replace(/\[\d+\]/g, "[]")))],
  };
}

type Routes = Record<string, Record<string, unknown> | undefined>;

function routesOf(account: Account, chains: Chains, after: readonly Target[]): Routes {
  const routes: Routes = {};
  for (const [theirs, ours] of Object.entries(ROUTES)) {
    const first = chains.target(account, "Router", theirs);
    const others = [
      ["fallback", theirs],
      ["Router", "fallback", theirs],
    ].flatMap((at) => chains.targets(account, ...at));
    if (!first) continue;
    const wish = theirs === "default" ? first.model : undefined;
    routes[ours] = { model: chains.nameFor([first, ...others, ...after], wish) };
  }
  const threshold = numberAt(account, ["Router", "longContextThreshold"]);
  if (routes.long_context) routes.long_context.threshold_tokens = threshold ?? LONG_CONTEXT;
  if (routes.reasoning)
    account.notes.push({
      key: "Router.think",
      message:
        "is taken when a request asks for thinking by a budget, or at the efforts xhigh and max; there, by any thinking.",
    });
  return routes;
}

/** Version 3 keeps the models of Claude Code in a profile. */
function profileRoutes(account: Account, chains: Chains, after: readonly Target[]): Routes {
  const profiles = account.list("profile", "profiles");
  const chosen = profiles.find(
    (at) => account.peek(...at, "agent") === "claude-code" && account.peek(...at, "enabled") !== false,
  );
  const at = chosen ?? ["profile", "claudeCode"];
  for (const other of profiles) {
    const name = account.peek(...other, "name");
    if (other !== chosen) account.say(other, `the profile ${JSON.stringify(name ?? "")} was left out.`);
  }
  const targetAt = (...keys: string[]): Target | undefined =>
    keys.flatMap((key) => chains.target(account, ...at, key) ?? [])[0];
  const route = (target?: Target, wish?: string) => target && { model: chains.nameFor([target, ...after], wish) };
  const asked = targetAt("model");
  const [main, background] = [route(asked, asked?.model), route(targetAt("haikuModel", "smallFastModel"))];
  for (const key of ["opusModel", "sonnetModel", "fableModel"]) {
    if (account.peek(...at, key))
      account.say([...at, key], "goes by name here: add a [[models]] entry with the name that Claude Code asks for.");
  }
  if (main || background) for (const key of ["agent", "enabled", "id", "name"]) account.take(...at, key);
  return { ...(main && { default: main }), ...(background && { background }) };
}

function serverOf(account: Account): Record<string, unknown> {
  const key = account.text("APIKEY");
  return key === undefined || key === "" ? {} : { api_keys: [ourReferences(key)] };
}

function settingsOf(account: Account): Record<string, Record<string, unknown>> {
  const timeout = numberAt(account, ["API_TIMEOUT_MS"]);
  const written = account.peek("LOG_LEVEL");
  const level = typeof written === "string" ? (LEVELS[written] ?? written) : undefined;
  const isLevel = level !== undefined && OUR_LEVELS.includes(level);
  if (isLevel) account.take("LOG_LEVEL");
  const mode = account.peek("Router", "fallback", "mode");
  if (mode === "off" || mode === "retry") account.take("Router", "fallback", "mode");
  const retries = mode === "retry" ? account.number("Router", "fallback", "retryCount") : undefined;
  if (mode === "off") account.take("Router", "fallback", "retryCount");
  account.take("Router", "builtInRules", "codex");
  if (account.peek("Router", "builtInRules", "claude-code", "enabled") === true) account.take("Router", "builtInRules");
  return {
    ...(timeout !== undefined && timeout > 0 && { performance: { request_timeout_seconds: timeout / 1000 } }),
    ...(isLevel && { logging: { level } }),
    ...(retries !== undefined && { retry: { max_attempts: Math.min(10, retries + 1) } }),
  };
}

/** A number, also where it was written as a text. */
function numberAt(account: Account, at: Path): number | undefined {
  const value = account.peek(...at);
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  if (typeof number !== "number" || !Number.isFinite(number)) return undefined;
  account.take(...at);
  return number;
}

function isEmpty(value: unknown): boolean {
  return value === null || value === "" || (typeof value === "object" && Object.keys(value).length === 0);
}

function write(
  sections: Record<string, Routes | Record<string, unknown>>,
  providers: object[],
  models: object[],
): string {
  const { server, router, ...others } = sections;
  const block = (head: string, body: Record<string, unknown>) => `${[head, ...bodyLines(body)].join("\n")}\n`;
  const routes = Object.entries(router ?? {}).filter(([, route]) => route !== undefined);
  return [
    ...Object.entries({ server, ...others }).flatMap(([name, body]) =>
      body && Object.keys(body).length > 0 ? [block(`[${name}]`, body)] : [],
    ),
    ...providers.map((body) => block("[[providers]]", { ...body })),
    ...models.map((body) => block("[[models]]", { ...body })),
    ...routes.map(([name, body]) => block(`[router.${keyLiteral(name)}]`, { ...(body as object) })),
  ].join("\n");
}
