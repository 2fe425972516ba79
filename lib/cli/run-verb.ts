import type { RunVerb, VerbContext } from "./verb.ts";
import type { VerbName } from "./verb-table.ts";
import * as code from "./verbs/code.ts";
import * as config from "./verbs/config.ts";
import * as doctor from "./verbs/doctor.ts";
import * as env from "./verbs/env.ts";
import * as logs from "./verbs/logs.ts";
import * as models from "./verbs/models.ts";
import * as providers from "./verbs/providers.ts";
import * as restart from "./verbs/restart.ts";
import * as route from "./verbs/route.ts";
import * as start from "./verbs/start.ts";
import * as status from "./verbs/status.ts";
import * as stop from "./verbs/stop.ts";

interface VerbModule {
  run: RunVerb;
}

/** The code of each verb; what brings much of its own (the demo: the simulator) is loaded when it is asked for. */
const MODULES: Readonly<Record<VerbName, VerbModule | (() => Promise<VerbModule>)>> = {
  start,
  stop,
  restart,
  status,
  logs,
  code,
  env,
  doctor,
  config,
  providers,
  models,
  route,
  login: () => import("./verbs/login.ts"),
  logout: () => import("./verbs/logout.ts"),
  usage: () => import("./verbs/usage.ts"),
  statusline: () => import("./verbs/statusline.ts"),
  test: () => import("./verbs/test.ts"),
  demo: () => import("./verbs/demo.ts"),
  off: () => import("./verbs/off.ts"),
  on: () => import("./verbs/on.ts"),
  upgrade: () => import("./verbs/upgrade.ts"),
  service: () => import("./verbs/service.ts"),
  completions: () => import("./verbs/completions.ts"),
};

/** @returns the exit code */
export async function runVerb(name: VerbName, context: VerbContext): Promise<number> {
  const module = MODULES[name];
  return (typeof module === "function" ? await module() : module).run(context);
}
