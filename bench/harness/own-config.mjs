// The configuration of our server under test: 18 providers, as a user with many would have, four of them in use.

/** Wire id to the configured model that goes over it, and what its provider needs. */
export const WIRES = {
  anthropic: {
    name: "claude-bench-anthropic",
    upstream: "claude-opus-5-5",
    type: "anthropic-compatible",
    base: "",
  },
  "openai-chat": { name: "claude-bench-chat", upstream: "gpt-5.1", type: "openai-compatible", base: "/v1" },
  "openai-responses": { name: "claude-bench-responses", upstream: "gpt-5.1", type: "openai", base: "/v1" },
  gemini: { name: "claude-bench-gemini", upstream: "gemini-3-pro-preview", type: "gemini", base: "/v1beta" },
};

const IDLE_PROVIDERS =
  "anthropic openai openrouter groq together fireworks deepinfra cerebras moonshot nebius novita baseten deepseek z.ai".split(
    " ",
  );

const provider = (name, type, base, wire) => `
[[providers]]
name = "${name}"
type = "${type}"
auth_type = "api_key"
api_key = "bench-key"
base_url = "${base}"
${wire ? `wire = "${wire}"\n` : ""}`;

/** @returns {string} TOML */
export function ownConfig(stubPort) {
  const stub = `http://127.0.0.1:${stubPort}`;
  const used = Object.entries(WIRES).map(
    ([wire, { name, upstream, type, base }]) => `${provider(`bench-${wire}`, type, stub + base, wire)}
[[models]]
name = "${name}"
providers = [
  { name = "bench-${wire}", model = "${upstream}", priority = 1, capabilities = { context_window = 10000000, vision = true, tools = true } },
]
`,
  );
  const idle = IDLE_PROVIDERS.map((type) => provider(`idle-${type}`, type, stub, ""));
  return `${used.join("")}${idle.join("")}
[router.default]
model = "${WIRES.anthropic.name}"

[router.background]
model = "${WIRES.anthropic.name}"
patterns = ["(?i)claude.*haiku"]

[performance]
max_concurrent_requests = 1000
connection_pool_size = 512
`;
}
