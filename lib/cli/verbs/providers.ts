import type { Provider } from "../../config/settings.ts";
import { findServer } from "../../daemon/find.ts";
import type { Health } from "../../daemon/health.ts";
import { stateDir } from "../../daemon/state-dir.ts";
import { adminApi } from "../admin-api.ts";
import { type OpenedConfig, usableConfig } from "../configuration.ts";
import { EXIT, type Painter, table } from "../terminal.ts";
import { CommandFailed, stringValue, type VerbContext } from "../verb.ts";
import { providerWords } from "../words.ts";

type ProviderHealth = NonNullable<Health["providers"]>[number];

export async function run(context: VerbContext): Promise<number> {
  const { terminal, env, values, operands } = context;
  const config = await usableConfig(context);
  if (operands.length > 0) return testProvider(context, config);
  const found = await findServer(stateDir(env), config);
  const running = found.state === "running" ? (found.health.providers ?? []) : undefined;
  const providers = [...config.settings.providers.values()];
  const stateOf = (name: string) => running?.find((provider) => provider.name === name);
  if (values.json === true) {
    const items = providers.map((provider) => ({ ...asJson(provider), health: stateOf(provider.name) ?? null }));
    terminal.out(JSON.stringify({ server: found.state, items }, null, 2));
    return EXIT.ok;
  }
  if (providers.length === 0) {
    terminal.out(`No provider is configured. Set some up: ${terminal.paint.cyan("ccm-quickstart")}`);
    return EXIT.ok;
  }
  const rows = providers.map((provider) =>
    row(provider, stateOf(provider.name), running !== undefined, terminal.paint),
  );
  for (const line of table([["NAME", "TYPE", "CREDENTIAL", "SENDS TO", "STATE"].map(terminal.paint.dim), ...rows], 0)) {
    terminal.out(line);
  }
  if (!running) terminal.out(terminal.paint.dim("\nThe server is not running; their health is known once it is."));
  return EXIT.ok;
}

function asJson(provider: Provider) {
  const { name, type, wire, authType, baseUrl, priority, enabled } = provider;
  return {
    name,
    type: type.id,
    wire,
    auth_type: authType,
    credential: credentialWords(provider),
    base_url: baseUrl,
    priority,
    enabled,
  };
}

/** What it identifies itself with; never the secret itself. */
function credentialWords({ authType, apiKeys }: Provider): string {
  if (authType !== "api_key") return authType === "oauth" ? "login" : authType;
  return apiKeys.length === 0 ? "no key" : apiKeys.length === 1 ? "key" : `${apiKeys.length} keys`;
}

function row(provider: Provider, health: ProviderHealth | undefined, running: boolean, paint: Painter): string[] {
  const credential = credentialWords(provider);
  return [
    paint.bold(provider.name),
    provider.type.id,
    credential === "no key" ? paint.yellow(credential) : credential,
    hostOf(provider.baseUrl),
    health ? providerWords(health, Date.now(), paint) : stateWithoutServer(provider, running, paint),
  ];
}

function stateWithoutServer({ enabled }: Provider, running: boolean, paint: Painter): string {
  if (!enabled) return paint.dim("switched off");
  return paint.dim(running ? "not in use by the running server" : "?");
}

/** A key goes to this host and to no other. */
function hostOf(baseUrl: string): string {
  return URL.canParse(baseUrl) ? new URL(baseUrl).host : baseUrl;
}

interface Tested {
  ok: boolean;
  message: string;
  checks: { label: string; outcome: "ok" | "failed" | "unclear" | "skipped"; detail: string; ms?: number }[];
}

/** Has the running server try a provider out. */
async function testProvider(context: VerbContext, config: OpenedConfig): Promise<number> {
  const { terminal, values, operands } = context;
  const [word, name] = operands;
  if (word !== "test" || name === undefined)
    throw new CommandFailed("Which provider? ccmctl providers test NAME", [], EXIT.usage);
  const { paint } = terminal;
  const api = await adminApi(context, config);
  const model = stringValue(context, "model");
  const path = `/api/providers/${encodeURIComponent(name)}/test`;
  const told = await api.call<Tested>("POST", path, model === undefined ? {} : { model });
  if (values.json === true) terminal.out(JSON.stringify(told, null, 2));
  else {
    const marks = { ok: paint.green("✔"), failed: paint.red("✖"), unclear: paint.yellow("?"), skipped: paint.dim("-") };
    const rows = told.checks.map(({ label, outcome, detail, ms }) => [
      `${marks[outcome]} ${label}`,
      paint.dim(ms === undefined ? "" : `${ms} ms`),
      detail,
    ]);
    for (const line of table(rows, 0)) terminal.out(line);
    terminal.out();
    terminal.out(told.ok ? paint.green(`Works: ${told.message}`) : paint.red(`Does not work: ${told.message}`));
  }
  return told.ok ? EXIT.ok : EXIT.failed;
}
