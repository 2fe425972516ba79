/**
 * The variables that point Claude Code at the server, and how each shell sets them.
 * Facts about the client: an API key (any) switches its own login off; without one it sends that login along.
 */

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

export const PROFILES = ["proxy", "subscription"] as const;
export type Profile = (typeof PROFILES)[number];

/** The stand-in for an API key: any value will do where the server asks for none. */
export const STAND_IN_KEY = "ccm-proxy";

/** Switches that tell us what a request is for, and that fill the client's model picker. */
const SWITCHES = { CLAUDE_CODE_GATEWAY_HINT_HEADERS: "1", CLAUDE_CODE_ENABLE_GATEWAY_MODEL_DISCOVERY: "1" };

export interface ClientEnv {
  set: Readonly<Record<string, string>>;
  /** Would get in the way: the client warns of two credentials, or prefers the wrong one. */
  unset: readonly string[];
}

/** How a client reaches the server, and what it should know of the models behind it. */
export interface Connection {
  url: string;
  /** `subscription` where the configuration passes the client's own login through. */
  profile: Profile;
  /** One of the server's `api_keys`, where it asks for one. Secret. */
  serverKey: string | undefined;
  /** When to summarise a conversation, in the client's own variables. */
  compaction: Readonly<Record<string, string>>;
}

/** @param current what is set already: where the user has told the client when to summarise, that stays */
export function clientEnv({ url, profile, serverKey, compaction }: Connection, current: NodeJS.ProcessEnv): ClientEnv {
  const told = { ...SWITCHES, ...Object.fromEntries(untold(compaction, current)) };
  if (profile === "subscription") {
    // The client's own login fills its credential header, so the server's key needs another way.
    const key = serverKey === undefined ? {} : { ANTHROPIC_CUSTOM_HEADERS: `x-api-key: ${serverKey}` };
    return {
      set: { ANTHROPIC_BASE_URL: url, ...key, ...told },
      unset: ["ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"],
    };
  }
  return {
    set: { ANTHROPIC_BASE_URL: url, ANTHROPIC_API_KEY: serverKey ?? STAND_IN_KEY, ...told },
    unset: ["ANTHROPIC_AUTH_TOKEN"],
  };
}

/** Every variable that we may have set in someone's shell; what is the user's own is not ours to take away. */
export function variablesOfOurs(
  current: NodeJS.ProcessEnv,
  { serverKey, compaction }: Pick<Connection, "serverKey" | "compaction">,
): string[] {
  const key = current.ANTHROPIC_API_KEY;
  const keyIsOurs = key === undefined || key === STAND_IN_KEY || key === serverKey;
  const headers = serverKey !== undefined && current.ANTHROPIC_CUSTOM_HEADERS === `x-api-key: ${serverKey}`;
  return [
    "ANTHROPIC_BASE_URL",
    ...(keyIsOurs ? ["ANTHROPIC_API_KEY"] : []),
    ...(headers ? ["ANTHROPIC_CUSTOM_HEADERS"] : []),
    ...Object.keys(SWITCHES),
    ...untold(compaction, current).map(([name]) => name),
  ];
}

function untold(compaction: Connection["compaction"], current: NodeJS.ProcessEnv): [string, string][] {
  return Object.entries(compaction).filter(([name, value]) => (current[name] ?? value) === value);
}

/** The shell whose syntax is wanted where nobody said: that of `$SHELL`, else bash. */
export function shellOf(env: NodeJS.ProcessEnv): Shell {
  const name = (env.SHELL ?? "").split("/").at(-1);
  return SHELLS.find((shell) => shell === name) ?? "bash";
}

export function setLine(shell: Shell, name: string, value: string): string {
  return shell === "fish" ? `set -gx ${name} ${quote(shell, value)}` : `export ${name}=${quote(shell, value)}`;
}

export function unsetLine(shell: Shell, name: string): string {
  return shell === "fish" ? `set -e ${name}` : `unset ${name}`;
}

/**
 * A word that the shell reads back exactly. Inside single quotes POSIX shells know no escape at all, fish knows two:
 * `\\` and `\'` (fish documentation, "Quotes").
 */
export function quote(shell: Shell, value: string): string {
  if (/^[A-Za-z0-9_./:@%+, -]+$/.test(value)) return `"${value}"`;
  if (shell === "fish") return `'${value.replace(/[\\']/g, "\\$&")}'`;
  return `'${value.replaceAll("'", "'\\''")}'`;
}
