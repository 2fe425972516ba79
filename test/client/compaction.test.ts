import { afterEach, describe, expect, test } from "vitest";
import { clientEnv } from "../../lib/cli/client-env.ts";
import { compactVariables } from "../../lib/config/compact-window.ts";
import { type Mux, spawnMux } from "../support/mux.ts";
import { settingsOf } from "../support/settings.ts";
import { type Handler, startUpstream, type Upstream } from "../support/upstream.ts";
import { findClaude, runClaude } from "./claude-code.ts";

const claude = findClaude();
if ("missing" in claude) console.info(`skipped: compaction in the real Claude Code. ${claude.missing}`);

/** What the conversation is said to hold when the tool was used: too much for the small model, little for the assumed 1M. */
const PROMPT_TOKENS = 120_000;

let upstream: Upstream | undefined;
let mux: Mux | undefined;
afterEach(async () => {
  await mux?.close();
  await upstream?.close();
  mux = upstream = undefined;
});

const configOf = (url: string, window: number) => `
[[providers]]
name = "small"
type = "openai-compatible"
base_url = "${url}"
auth_type = "none"
[[models]]
name = "claude-sonnet-5-5"
providers = [{ name = "small", model = "own", capabilities = { context_window = ${window} } }]
[router.default]
model = "claude-sonnet-5-5"
`;

/** Uses Bash twice; summarises when it is asked to; else is done. */
const conversation: Handler = (request, reply) => {
  const { messages } = request.json<{ messages: { role: string }[] }>();
  const asked = JSON.stringify(messages.at(-1)).includes("summary");
  const used = JSON.stringify(messages).includes("Echo was asked for") || toolResults(messages) === 2;
  const delta =
    used || asked
      ? { role: "assistant", content: asked ? "<summary>Echo was asked for.</summary>" : "All done." }
      : {
          role: "assistant",
          tool_calls: [
            {
              index: 0,
              id: `call_${toolResults(messages)}`,
              type: "function",
              function: { name: "Bash", arguments: '{"command":"echo hi"}' },
            },
          ],
        };
  const chunk = (choice: object, more = {}) =>
    JSON.stringify({ id: "c1", object: "chat.completion.chunk", created: 1, model: "own", ...more, choices: [choice] });
  return reply.sse(
    [
      chunk({ index: 0, delta, finish_reason: null }),
      chunk(
        { index: 0, delta: {}, finish_reason: used || asked ? "stop" : "tool_calls" },
        { usage: { prompt_tokens: PROMPT_TOKENS, completion_tokens: 30, total_tokens: PROMPT_TOKENS + 30 } },
      ),
    ],
    { done: true },
  );
};

function toolResults(messages: readonly { role: string }[]): number {
  return messages.filter(({ role }) => role === "tool").length;
}

describe.skipIf("missing" in claude)("a conversation on a model smaller than Claude Code thinks", () => {
  test.each([
    [131_072, ["main", "main", "compaction", "main"]],
    [1_000_000, ["main", "main", "main"]],
  ])(
    "of %i tokens: it is summarised before the model refuses it, and only then",
    { timeout: 120_000 },
    async (window, classes) => {
      upstream = await startUpstream(conversation);
      const config = configOf(upstream.url, window);
      mux = await spawnMux({ config });
      const compaction = compactVariables(await settingsOf(config));
      const { set } = clientEnv({ url: mux.url, profile: "proxy", serverKey: undefined, compaction }, {});
      const run = await runClaude("binary" in claude ? claude.binary : "", {
        baseUrl: mux.url,
        prompt: "Run echo, please.",
        allowedTools: ["Bash"],
        env: set,
      });
      expect(run).toMatchObject({ isError: false });
      const { items } = (await (await fetch(`${mux.url}/api/journal`)).json()) as { items: { class: string }[] };
      expect(items.map((item) => item.class).reverse()).toEqual(classes);
    },
  );
});
