import { homedir } from "node:os";
import { join } from "node:path";
import { launchdAgent, type Manager, SERVICE_NAME, type ServicePlan, systemdUnit } from "./unit.ts";

/** A service manager: where its file lies, what it says, and the commands that make it known. */
export interface ServiceManager {
  /** Program without which there is none. */
  program: string;
  file: string;
  text(plan: ServicePlan): string;
  /** Run after the file was written; each must succeed. */
  install: readonly (readonly string[])[];
  /** Run before the file is removed; what fails was not there. */
  remove: readonly (readonly string[])[];
  /** Run after it was removed. */
  forget: readonly (readonly string[])[];
  /** What the user may want to know. */
  advice: readonly string[];
}

/** @param uid of the user, by which launchd calls the session */
export function serviceManager(manager: Manager, env: NodeJS.ProcessEnv, uid: number): ServiceManager {
  const home = env.HOME || homedir();
  if (manager === "systemd") {
    const systemctl = (...args: string[]) => ["systemctl", "--user", ...args];
    return {
      program: "systemctl",
      file: join(env.XDG_CONFIG_HOME || join(home, ".config"), "systemd/user", `${SERVICE_NAME}.service`),
      text: systemdUnit,
      install: [systemctl("daemon-reload"), systemctl("enable", "--now", `${SERVICE_NAME}.service`)],
      remove: [systemctl("disable", "--now", `${SERVICE_NAME}.service`)],
      forget: [systemctl("daemon-reload")],
      advice: ["To have it from boot on, also before you log in: loginctl enable-linger"],
    };
  }
  const session = `gui/${uid}`;
  const file = join(home, "Library/LaunchAgents", `${SERVICE_NAME}.plist`);
  return {
    program: "launchctl",
    file,
    text: launchdAgent,
    install: [["launchctl", "bootstrap", session, file]],
    remove: [["launchctl", "bootout", `${session}/${SERVICE_NAME}`]],
    forget: [],
    advice: [],
  };
}
