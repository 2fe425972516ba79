import { readCrashes } from "../../daemon/crashes.ts";
import { type Found, findServer } from "../../daemon/find.ts";
import { type Health, reachableUrl } from "../../daemon/health.ts";
import type { ServerRecord } from "../../daemon/pid-file.ts";
import { portOwner } from "../../daemon/port-owner.ts";
import { isRunning } from "../../daemon/process-identity.ts";
import { stateDir } from "../../daemon/state-dir.ts";
import { type OpenedConfig, readConfig, serverAddress } from "../configuration.ts";
import { counted, duration, EXIT, table, tildePath } from "../terminal.ts";
import { simulationWords } from "../trial/simulation.ts";
import type { VerbContext } from "../verb.ts";
import { crashWords, epochMs, failureWords, faultLine, ownerWords, providerWords } from "../words.ts";

const CODES = { running: EXIT.ok, stopped: EXIT.stopped, unhealthy: EXIT.unhealthy } as const;

export async function run(context: VerbContext): Promise<number> {
  const { terminal, env, values } = context;
  const address = await serverAddress(context);
  const found = await findServer(stateDir(env), address);
  const config = await readConfig(env, found.state === "stopped" ? address.configPath : found.record.configPath);
  if (values.json === true) terminal.out(JSON.stringify(asJson(context, found, config, address.port), null, 2));
  else for (const line of asText(context, found, config, address.port)) terminal.out(line);
  return CODES[found.state];
}

function asJson({ env }: VerbContext, found: Found, config: OpenedConfig, port: number) {
  const common = {
    state: found.state,
    crashes: readCrashes(stateDir(env)) ?? null,
    config: { path: config.path, exists: config.exists, valid: config.faults.length === 0, faults: config.faults },
    log: stateDir(env).logFile,
  };
  if (found.state === "stopped") return { ...common, port_owner: portOwner(port) ?? null };
  const { record } = found;
  const running = {
    ...common,
    pid: record.pid,
    url: reachableUrl(record.host, record.port),
    supervised: isKept(record),
    draining: (record.draining ?? []).filter(isRunning).map(({ pid }) => pid),
  };
  if (found.state === "unhealthy") return running;
  const { version, started_at, uptime_s, providers = [], simulations = [], troubles = [] } = found.health;
  const { last_error = null } = found.health;
  return { ...running, version, started_at, uptime_s, providers, simulations, troubles, last_error };
}

function asText(context: VerbContext, found: Found, config: OpenedConfig, port: number): string[] {
  const { terminal, env } = context;
  const { paint } = terminal;
  const file = tildePath(config.path, env);
  const faults = config.faults;
  const configWords = !config.exists
    ? `${file} ${paint.dim(found.state === "stopped" ? "(not there; start creates it)" : "(gone)")}`
    : `${file} ${faults.length === 0 ? paint.dim("(valid)") : paint.red(`(${counted(faults.length, "fault")})`)}`;
  const faultRows = faults.map((fault) => `    ${faultLine(fault, env, paint)}`);
  const log = ["log", tildePath(stateDir(env).logFile, env)];
  const crashed = crashWords(readCrashes(stateDir(env)), Date.now());

  if (found.state === "stopped") {
    const owner = portOwner(port);
    return [
      `${paint.red("○")} ${paint.bold("stopped")}`,
      ...table([["config", configWords], log]),
      ...faultRows,
      ...crashed.map((line) => `  ${line}`),
      ...(owner ? [`  ${paint.yellow(ownerWords(port, owner))}`] : []),
      "",
      `Start it: ${paint.cyan("ccmctl start")}`,
    ];
  }
  const { record } = found;
  const url = ["url", reachableUrl(record.host, record.port)];
  if (found.state === "unhealthy") {
    return [
      isRunning(record)
        ? `${paint.yellow("●")} ${paint.bold("unhealthy")}: pid ${record.pid} runs but does not answer`
        : `${paint.yellow("●")} ${paint.bold("unhealthy")}: the server crashes; it is started again and again`,
      ...table([url, ["config", configWords], log]),
      ...faultRows,
      ...crashed.map((line) => `  ${line}`),
      "",
      `Replace it: ${paint.cyan("ccmctl restart")}`,
    ];
  }
  const { health } = found;
  const started = epochMs(health.started_at);
  const uptime = health.uptime_s ?? (started === undefined ? undefined : (Date.now() - started) / 1000);
  const lastError = lastErrorWords(health.last_error);
  const providers = health.providers ?? [];
  const failing = new Set(health.simulations?.map(({ provider }) => provider));
  return [
    `${paint.green("●")} ${paint.bold("running")}: claude-code-mux ${health.version}, pid ${record.pid}${uptime === undefined ? "" : `, for ${duration(uptime)}`}`,
    ...table([url, ["config", configWords], log]),
    ...faultRows,
    ...(faults.length > 0 ? [`    ${paint.dim("The last good configuration is in use.")}`] : []),
    ...crashed.map((line) => `  ${paint.yellow("!")} ${line}`),
    ...[...familyWords(record), ...(health.troubles ?? []), ...simulationLines(health)].map(
      (line) => `  ${paint.yellow("!")} ${line}`,
    ),
    "",
    ...(providers.length === 0
      ? [`  No provider is configured yet. Run ${paint.cyan("ccm-quickstart")}, or open ${url[1]}`]
      : [
          `  ${paint.bold("Providers")}`,
          ...table(
            providers.map((provider) => [
              provider.name,
              paint.dim(provider.type),
              failing.has(provider.name)
                ? paint.yellow("fails on purpose")
                : providerWords(provider, Date.now(), paint),
            ]),
            4,
          ),
        ]),
    ...(lastError ? ["", `  ${paint.bold("Last error")}  ${lastError}`] : []),
  ];
}

function simulationLines({ simulations = [] }: Health): string[] {
  return simulations.map((simulation) => simulationWords(simulation, Date.now()));
}

/** What is unusual about the processes. */
function familyWords(record: ServerRecord): string[] {
  const draining = (record.draining ?? []).filter(isRunning);
  const orphaned = record.keeper && !isKept(record);
  return [
    ...(draining.length > 0
      ? [`Before it, pid ${draining.map(({ pid }) => pid).join(", ")} finishes open answers.`]
      : []),
    ...(orphaned ? ["Its keeper was killed: nobody would start it again. Mend it: ccmctl restart"] : []),
  ];
}

function isKept({ keeper }: ServerRecord): boolean {
  return keeper !== undefined && isRunning(keeper);
}

/** With its age, since an old one may have been mended long ago. */
function lastErrorWords(error: unknown): string | undefined {
  const words = failureWords(error);
  const time = epochMs((error as { time?: number | string } | undefined | null)?.time);
  return words === undefined || time === undefined ? words : `${words} (${duration((Date.now() - time) / 1000)} ago)`;
}
