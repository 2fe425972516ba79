import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { loadConfig } from "../../config/load.ts";
import { variablesIn } from "../../config/references.ts";
import { stateDir } from "../../daemon/state-dir.ts";
import { configPath } from "../configuration.ts";
import { findProgram } from "../find-program.ts";
import { launcherPath, packageRoot } from "../installation.ts";
import { type ServiceManager, serviceManager } from "../service/managers.ts";
import { MANAGERS, type ServicePlan } from "../service/unit.ts";
import { EXIT, tildePath } from "../terminal.ts";
import { CommandFailed, stringValue, type VerbContext } from "../verb.ts";

export async function run(context: VerbContext): Promise<number> {
  const usual = process.platform === "darwin" ? "launchd" : "systemd";
  const name = MANAGERS.find((manager) => manager === stringValue(context, "manager")) ?? usual;
  const manager = serviceManager(name, context.env, process.getuid?.() ?? 0);
  return context.operands[0] === "remove" ? remove(context, manager) : install(context, manager);
}

async function install(context: VerbContext, manager: ServiceManager): Promise<number> {
  const { terminal, env, values } = context;
  const config = await configPath(env, stringValue(context, "config"));
  const plan = servicePlan(env, config);
  if (values.print === true) {
    terminal.write(manager.text(plan));
    return EXIT.ok;
  }
  requireManager(context, manager, plan);
  await mkdir(dirname(manager.file), { recursive: true });
  await writeFile(manager.file, manager.text(plan));
  for (const command of manager.install) {
    const { ok, output } = execute(command, env);
    if (ok) continue;
    await rm(manager.file);
    throw new CommandFailed(`Not installed: \`${command.join(" ")}\` failed.`, [
      ...output,
      `Without it, any service manager can run: ${plan.launcher} start --foreground`,
    ]);
  }
  terminal.out(
    `${terminal.paint.green("✔")} The server starts when you log in. Its unit: ${tildePath(manager.file, env)}`,
  );
  for (const line of [...manager.advice, ...(await aboutVariables(context, config, plan.envFile))])
    terminal.out(`  ${line}`);
  return EXIT.ok;
}

async function remove(context: VerbContext, manager: ServiceManager): Promise<number> {
  const { terminal, env } = context;
  if (!existsSync(manager.file)) {
    terminal.out("There is no such service; nothing was changed.");
    return EXIT.ok;
  }
  for (const command of manager.remove) execute(command, env);
  await rm(manager.file);
  for (const command of manager.forget) execute(command, env);
  terminal.out(`Removed ${tildePath(manager.file, env)}, and stopped the server. To have it again: ccmctl start`);
  return EXIT.ok;
}

function servicePlan(env: NodeJS.ProcessEnv, config: string): ServicePlan {
  const root = packageRoot();
  const launcher = launcherPath(root);
  return {
    launcher,
    env: {
      CCM_CONFIG: config,
      ...(env.CCM_HOME && { CCM_HOME: stateDir(env).dir }),
      // The commands that `install.sh` makes know their Node.
      ...(launcher.startsWith(`${root}/`) && { CCM_NODE: process.execPath }),
    },
    envFile: join(dirname(config), "ccm-service.env"),
  };
}

function requireManager({ env }: VerbContext, { program }: ServiceManager, { launcher }: ServicePlan): void {
  if (findProgram(program, env) !== undefined) return;
  throw new CommandFailed(`This machine has no \`${program}\`, so there is no such service manager here.`, [
    `Any other can run: ${launcher} start --foreground`,
    "Without one: ccmctl start, after each boot",
  ]);
}

/** A service does not see the variables of your shell. The file for them is made, with the names of those that are needed. */
async function aboutVariables({ env }: VerbContext, config: string, envFile: string): Promise<string[]> {
  if (!existsSync(config)) return [];
  const { tree } = await loadConfig(config, env);
  const names = variablesIn(tree);
  if (names.length === 0) return [];
  if (!existsSync(envFile)) {
    const lines = [
      "# Variables of the service, NAME=value. Your shell's are unknown to it.",
      ...names.map((name) => `#${name}=`),
    ];
    await writeFile(envFile, `${lines.join("\n")}\n`, { mode: 0o600 });
  }
  return [
    `Your configuration reads ${names.join(", ")}. The service does not see your shell's variables:`,
    `write them into ${tildePath(envFile, env)}, then: ccmctl service install`,
  ];
}

function execute(
  [program = "", ...args]: readonly string[],
  env: NodeJS.ProcessEnv,
): { ok: boolean; output: string[] } {
  const { status, stdout, stderr, error } = spawnSync(program, args, { env, encoding: "utf8", timeout: 60_000 });
  const said = `${stdout ?? ""}${stderr ?? ""}${error ? error.message : ""}`;
  return { ok: status === 0, output: said.split("\n").filter((line) => line.trim() !== "") };
}
