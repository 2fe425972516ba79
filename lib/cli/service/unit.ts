/** @module The files by which a service manager starts the server: what they say, and nothing of how they get there. */

export const MANAGERS = ["systemd", "launchd"] as const;
export type Manager = (typeof MANAGERS)[number];

/** What goes into the file. All paths are absolute. */
export interface ServicePlan {
  /** The command that starts whatever version is in use. */
  launcher: string;
  /** Variables that the server needs, and that a service manager does not know. */
  env: Readonly<Record<string, string>>;
  /** File with further ones, one `NAME=value` a line; it need not be there. */
  envFile: string;
}

export const SERVICE_NAME = "claude-code-mux";

/**
 * A systemd user unit. It starts and stops the server by our own commands, as units made from start scripts do: the server
 * looks after itself, and `ccmctl restart` and upgrades replace it without cutting a stream, which systemd would not notice.
 */
export function systemdUnit({ launcher, env, envFile }: ServicePlan): string {
  const command = (verb: string) => `${systemdWord(launcher, "command")} ${verb}`;
  return `[Unit]
Description=claude-code-mux, the proxy between Claude Code and AI providers

[Service]
Type=forking
GuessMainPID=no
RemainAfterExit=yes
KillMode=process
${Object.entries(env)
  .map(([name, value]) => `Environment=${systemdWord(`${name}=${value}`)}`)
  .join("\n")}
EnvironmentFile=-${envFile.replaceAll("%", "%%")}
ExecStart=${command("start")}
ExecReload=${command("restart")}
ExecStop=${command("stop")}
TimeoutStopSec=30

[Install]
WantedBy=default.target
`;
}

/** A word in quotes, as systemd.syntax(7) and, for commands, systemd.service(5) have it. */
function systemdWord(text: string, kind: "command" | "value" = "value"): string {
  const escaped = text.replace(/[\\"]/g, "\\$&").replaceAll("%", "%%");
  return `"${kind === "command" ? escaped.replaceAll("$", "$$$$") : escaped}"`;
}

/** A launchd agent (launchd.plist(5)). The server outlives the command that starts it, and is left alone then. */
export function launchdAgent({ launcher, env, envFile }: ServicePlan): string {
  const script = 'set -a; if [ -r "$1" ]; then . "$1"; fi; exec "$0" start';
  const strings = (texts: readonly string[]) => texts.map((text) => `    <string>${xml(text)}</string>`).join("\n");
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key>
  <string>${SERVICE_NAME}</string>
  <key>ProgramArguments</key>
  <array>
${strings(["/bin/sh", "-c", script, launcher, envFile])}
  </array>
  <key>EnvironmentVariables</key>
  <dict>
${Object.entries(env)
  .map(([name, value]) => `    <key>${xml(name)}</key>\n    <string>${xml(value)}</string>`)
  .join("\n")}
  </dict>
  <key>RunAtLoad</key>
  <true/>
  <key>AbandonProcessGroup</key>
  <true/>
</dict>
</plist>
`;
}

function xml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
