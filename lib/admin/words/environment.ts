/** The shells for which lines can be copied. */
export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

/** Any value will do as the client's key where the server asks for none. */
const STAND_IN_KEY = "ccm-proxy";
const OWN_KEY = "one-of-server.api_keys";

/** What Claude Code needs in its environment to come to this server: the lines of `ccmctl env`. */
export function exportLines(shell: Shell, origin: string, needsKey: boolean): string {
  const set = (name: string, value: string) =>
    shell === "fish" ? `set -gx ${name} "${value}"` : `export ${name}="${value}"`;
  return [
    set("ANTHROPIC_BASE_URL", origin),
    set("ANTHROPIC_API_KEY", needsKey ? OWN_KEY : STAND_IN_KEY),
    set("CLAUDE_CODE_GATEWAY_HINT_HEADERS", "1"),
    set("CLAUDE_CODE_ENABLE_GATEWAY_MODEL_DISCOVERY", "1"),
    unset(shell, "ANTHROPIC_AUTH_TOKEN"),
  ].join("\n");
}

/** The way back to Anthropic: the lines of `ccmctl env --unset`. */
export function unsetLines(shell: Shell): string {
  return [
    "ANTHROPIC_BASE_URL",
    "ANTHROPIC_API_KEY",
    "CLAUDE_CODE_GATEWAY_HINT_HEADERS",
    "CLAUDE_CODE_ENABLE_GATEWAY_MODEL_DISCOVERY",
  ]
    .map((name) => unset(shell, name))
    .join("\n");
}

function unset(shell: Shell, name: string): string {
  return shell === "fish" ? `set -e ${name}` : `unset ${name}`;
}
