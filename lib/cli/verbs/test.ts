import { randomUUID } from "node:crypto";
import { runningServer } from "../../daemon/restart.ts";
import { stateDir } from "../../daemon/state-dir.ts";
import type { JournalEntry } from "../../journal/entry.ts";
import { type AdminApi, adminApi } from "../admin-api.ts";
import { type OpenedConfig, readConfig, usableConfig } from "../configuration.ts";
import { connectionTo } from "../connection.ts";
import { EXIT } from "../terminal.ts";
import { conduct, type Trial, type TrialResult } from "../trial/conduct.ts";
import { onceWords, readSeconds, readWishes, simulationWords, type Wish } from "../trial/simulation.ts";
import { isComplete } from "../trial/timeline.ts";
import { verdict } from "../trial/verdict.ts";
import { CommandFailed, stringValue, type VerbContext } from "../verb.ts";

interface Status {
  providers: { name: string; state: string }[];
  simulations: { provider: string; failure: string; until: number }[];
}

export async function run(context: VerbContext): Promise<number> {
  const { terminal, values } = context;
  const config = await configInUse(context);
  const api = await adminApi(context, config);
  const wishes = readOptions(context, await api.call<Status>("GET", "/api/status"));
  const simulations = await forAllTraffic(api, wishes);
  if (wishes.every?.every(({ failure }) => failure === "off")) {
    sayWhatIsOn(context, simulations);
    return EXIT.ok;
  }
  const trial: Trial = {
    model: context.operands[0] ?? (await usualModel(api)),
    prompt: stringValue(context, "prompt"),
    session: `ccmctl-test-${randomUUID()}`,
    withTool: [...(wishes.once ?? []), ...simulations].some(({ failure }) => failure === "cut-in-tool"),
    serverKey: connectionTo(config, config).serverKey,
    simulate: wishes.once?.map(({ provider, failure }) => `${provider}=${failure}`).join(","),
  };
  const adminToken = config.settings?.server.admin_token;
  const story = values.json === true ? undefined : terminal;
  for (const simulation of simulations) story?.out(notice(context, simulation));
  for (const wish of wishes.once ?? []) story?.out(`${terminal.paint.yellow("!")} ${onceWords(wish)}`);
  const result = await conduct({ url: api.url, adminToken }, trial, story);
  if (story) for (const line of verdict(result, wishes.once ?? wishes.every ?? [], terminal.paint)) story.out(line);
  else terminal.out(JSON.stringify({ ...asJson(trial, result), simulations }, null, 2));
  return isComplete(result.seen) ? EXIT.ok : EXIT.failed;
}

/** That of the running server, wherever it stands. */
async function configInUse(context: VerbContext): Promise<OpenedConfig> {
  const running = runningServer(stateDir(context.env));
  return running ? readConfig(context.env, running.configPath) : usableConfig(context);
}

/** What is to fail: for this one request, or for all traffic for some seconds. */
interface Wishes {
  once?: Wish[];
  every?: Wish[];
  seconds?: number;
}

function readOptions(context: VerbContext, { providers }: Status): Wishes {
  const [simulate, time] = [stringValue(context, "simulate"), stringValue(context, "for")];
  if (simulate === undefined) {
    if (time === undefined) return {};
    throw new CommandFailed("--for goes with --simulate PROVIDER=FAILURE.", [], EXIT.usage);
  }
  const wishes = readWishes(
    simulate,
    providers.map(({ name }) => name),
  );
  if (time !== undefined) return { every: wishes, seconds: readSeconds(time) };
  return wishes.some(({ failure }) => failure === "off") ? { every: wishes } : { once: wishes };
}

/** @returns what is on now */
async function forAllTraffic(api: AdminApi, { every = [], seconds }: Wishes): Promise<Status["simulations"]> {
  for (const { provider, failure } of every) {
    if (provider === undefined) await api.call("DELETE", "/api/simulate");
    else if (failure === "off") await api.call("DELETE", `/api/simulate?provider=${encodeURIComponent(provider)}`);
    else await api.call("POST", "/api/simulate", { provider, failure, ...(seconds !== undefined && { seconds }) });
  }
  return (await api.call<{ items: Status["simulations"] }>("GET", "/api/simulate")).items;
}

function sayWhatIsOn(context: VerbContext, simulations: Status["simulations"]): void {
  const { terminal, values } = context;
  if (values.json === true) return terminal.out(JSON.stringify({ simulations }, null, 2));
  if (simulations.length === 0) terminal.out(`${terminal.paint.green("✔")} No provider fails on purpose any more.`);
  for (const simulation of simulations) terminal.out(notice(context, simulation));
}

function notice({ terminal: { paint } }: VerbContext, simulation: Status["simulations"][number]): string {
  return `${paint.yellow("!")} ${simulationWords(simulation, Date.now())}`;
}

/** What Claude Code would get by default. */
async function usualModel(api: AdminApi): Promise<string> {
  const { config } = await api.call<{ config: { router?: { default?: { model?: string } } } }>("GET", "/api/config");
  const { items } = await api.call<{ items: { name: string }[] }>("GET", "/api/models");
  const model = config.router?.default?.model || items[0]?.name;
  if (model) return model;
  throw new CommandFailed("No model is configured yet.", ["Set some up: ccm-quickstart"]);
}

function asJson({ model, prompt }: Trial, { seen, entry }: TrialResult) {
  const { status, text, calls, stopReason, error, firstWordMs, totalMs } = seen;
  return {
    ok: isComplete(seen),
    model,
    ...(prompt !== undefined && { prompt }),
    ...routeOf(entry),
    answer: {
      status,
      text,
      calls,
      stop_reason: stopReason ?? null,
      error: error ?? null,
      first_word_ms: firstWordMs ?? null,
      total_ms: totalMs,
    },
    usage: entry?.usage ?? null,
    cost: entry?.cost ?? null,
  };
}

function routeOf(entry: JournalEntry | undefined) {
  if (!entry) return { id: null, route: null, provider: null, upstream_model: null, attempts: [] };
  const { id, rule, reason, provider = null, upstreamModel = null, attempts } = entry;
  return { id, route: { rule, reason }, provider, upstream_model: upstreamModel, attempts };
}
