/** The providers of the demo, in the order in which they are tried. */
export const DEMO_PROVIDERS = [
  { name: "primary", protocol: "Anthropic's protocol" },
  { name: "second", protocol: "OpenAI's protocol" },
  { name: "third", protocol: "OpenAI's protocol" },
] as const;

export type DemoProvider = (typeof DEMO_PROVIDERS)[number]["name"];

export const MAIN_MODEL = "claude-sonnet-5-5";
export const SMALL_MODEL = "claude-haiku-5-5";

/** How long a provider that fails is left alone here; the default is 5 s, too long to watch. */
export const COOLDOWN_MS = 2_000;

/**
 * The configuration of the demo: real settings of the real server, with providers that happen to live on this machine.
 * @param simulator base URL of the simulator
 */
export function demoConfig(simulator: string, port: number): string {
  return `# Made by ccmctl demo; deleted when it ends.
[server]
host = "127.0.0.1"
port = ${port}

[[providers]]
name = "primary"
type = "anthropic"
auth_type = "api_key"
api_key = "simulated"
base_url = "${simulator}/primary"

[[providers]]
name = "second"
type = "openai-compatible"
wire = "openai-chat"
api_key = "simulated"
base_url = "${simulator}/second/v1"

[[providers]]
name = "third"
type = "openai-compatible"
wire = "openai-chat"
api_key = "simulated"
base_url = "${simulator}/third/v1"

[[models]]
name = "${MAIN_MODEL}"
providers = [
  { name = "primary", priority = 1 },
  { name = "second", priority = 2, model = "simulated-large" },
  { name = "third", priority = 3, model = "simulated-small" },
]

[[models]]
name = "${SMALL_MODEL}"
providers = [
  { name = "third", priority = 1, model = "simulated-small" },
  { name = "primary", priority = 2 },
]

[router.default]
model = "${MAIN_MODEL}"

[router.background]
model = "${SMALL_MODEL}"

[failover]
cooldown_ms = ${COOLDOWN_MS}
`;
}
