import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Health, reachableUrl } from "../../daemon/health.ts";
import { launch } from "../../daemon/launch.ts";
import { freePort, type PortOwner, portOwner } from "../../daemon/port-owner.ts";
import { serverProgram } from "../../daemon/program.ts";
import { stateDir } from "../../daemon/state-dir.ts";
import { stopServer } from "../../daemon/stop.ts";
import { REALISTIC } from "../../simulator/play.ts";
import { type Simulator, startSimulator } from "../../simulator/server.ts";
import { CommandFailed } from "../verb.ts";
import { demoConfig } from "./demo-config.ts";

/** A server of its own with simulated providers, and what takes all of it away again. */
export interface Stage {
  url: string;
  port: number;
  /** Who had the port that was wanted. */
  turnedAwayBy?: PortOwner | "someone";
  simulator: Simulator;
  /** What the providers say from now on; undefined: something of their own. */
  say(answer: string | undefined): void;
  health: Health;
  startedInMs: number;
  close(): Promise<void>;
}

const START_TIMEOUT_MS = 15_000;

/** @throws {CommandFailed} when the server does not start; nothing is left behind then */
export async function buildStage(env: NodeJS.ProcessEnv, wantedPort: number): Promise<Stage> {
  const dir = mkdtempSync(join(tmpdir(), "ccm-demo-"));
  let answer: string | undefined;
  const simulator = await startSimulator({
    host: "127.0.0.1",
    pace: REALISTIC,
    respond: ({ provider }) =>
      answer === undefined ? undefined : { parts: [{ type: "text", text: signed(answer, provider) }] },
  });
  const state = stateDir({ CCM_HOME: join(dir, "state") });
  mkdirSync(state.dir, { mode: 0o700 });
  const port = await freePort(wantedPort);
  const configPath = join(dir, "ccm-config.toml");
  writeFileSync(configPath, demoConfig(simulator.url, port), { mode: 0o600 });
  const address = { host: "127.0.0.1", port, configPath };

  const close = async () => {
    await stopServer({ state, address, graceMs: 0 });
    await simulator.close();
    rmSync(dir, { recursive: true, force: true });
  };

  const started = await launch({
    program: serverProgram(),
    state,
    env,
    server: { ...address, given: { config: configPath } },
    kept: false,
    timeoutMs: START_TIMEOUT_MS,
  });
  if (!started.ok) {
    await close();
    throw new CommandFailed("The server of the demo did not start.", started.log);
  }
  return {
    url: reachableUrl("127.0.0.1", port),
    port,
    ...(port !== wantedPort && { turnedAwayBy: portOwner(wantedPort) ?? "someone" }),
    simulator,
    say: (words) => {
      answer = words;
    },
    health: started.health,
    startedInMs: started.ms,
    close,
  };
}

/** Nobody shall take it for a model's answer. */
function signed(answer: string, provider: string): string {
  return `${answer} (This is “${provider}”, simulated: no model was asked.)`;
}
