/** The shells for which lines can be copied. */
export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

/** Who pays: this server's providers, or also the plan that Claude Code itself is signed in to. */
export const PROFILES = {
  proxy: {
    label: "Keys of this server",
    says: "Claude Code needs no login; the providers' own keys and logins are used.",
  },
  subscription: {
    label: "Claude Code's own login",
    says: 'Claude Code stays signed in, and its login goes through to the provider with auth_type = "passthrough".',
  },
} as const;
export type Profile = keyof typeof PROFILES;

/** Any value will do as the client's key where the server asks for none. */
const STAND_IN_KEY = "ccm-proxy";
const OWN_KEY = "one-of-server.api_keys";

/** This server, as Claude Code has to know it. */
export interface Here {
  origin: string;
  /** Clients must send one of the server's own keys. */
  needsKey: boolean;
  /** Variables that tell when to summarise a conversation. */
  compaction: Readonly<Record<string, string>>;
}

/** What Claude Code needs in its environment to come to this server: the lines of `ccmctl env`. */
export function exportLines(shell: Shell, { origin, needsKey, compaction }: Here, profile: Profile = "proxy"): string {
  const set = (name: string, value: string) =>
    shell === "fish" ? `set -gx ${name} "${value}"` : `export ${name}="${value}"`;
  const switches = [
    set("CLAUDE_CODE_GATEWAY_HINT_HEADERS", "1"),
    set("CLAUDE_CODE_ENABLE_GATEWAY_MODEL_DISCOVERY", "1"),
    ...Object.entries(compaction).map(([name, value]) => set(name, value)),
  ];
  const lines =
    profile === "proxy"
      ? [set("ANTHROPIC_API_KEY", needsKey ? OWN_KEY : STAND_IN_KEY), ...switches]
      : [
          ...(needsKey ? [set("ANTHROPIC_CUSTOM_HEADERS", `x-api-key: ${OWN_KEY}`)] : []),
          ...switches,
          unset(shell, "ANTHROPIC_API_KEY"),
        ];
  return [set("ANTHROPIC_BASE_URL", origin), ...lines, unset(shell, "ANTHROPIC_AUTH_TOKEN")].join("\n");
}

/** The way back to Anthropic: the lines of `ccmctl env --unset`. */
export function unsetLines(shell: Shell, { compaction }: Pick<Here, "compaction">): string {
  return [
    "ANTHROPIC_BASE_URL",
    "ANTHROPIC_API_KEY",
    "CLAUDE_CODE_GATEWAY_HINT_HEADERS",
    "CLAUDE_CODE_ENABLE_GATEWAY_MODEL_DISCOVERY",
    ...Object.keys(compaction),
  ]
    .map((name) => unset(shell, name))
    .join("\n");
}

function unset(shell: Shell, name: string): string {
  return shell === "fish" ? `set -e ${name}` : `unset ${name}`;
}
