/**
 * One conversation with tools that moves from vendor to vendor, each of which insists on its own reasoning state: nobody
 * refuses anything, nobody gets a stranger's state, and everybody gets back his own.
 */
import { afterEach, describe, expect, it } from "vitest";
import type { Block } from "../../../lib/anthropic/types.ts";
import { type Mux, startMux } from "../../support/mux.ts";
import { startUpstream, type Upstream } from "../../support/upstream.ts";
import { eventsOf, messageOf } from "../openai-chat/support.ts";
import { anthropic, deepseek, gemini, openai, type Vendor } from "./vendors.ts";

const MAKERS = { openai, gemini, anthropic, deepseek };
type Name = keyof typeof MAKERS;
const PLACES: Readonly<Record<Name, string>> = { openai: "/v1", gemini: "/v1beta", anthropic: "", deepseek: "" };
const MODELS: Readonly<Record<Name, string>> = {
  openai: "gpt-6-sol",
  gemini: "gemini-3.8-flash",
  anthropic: "claude-opus-5-5",
  deepseek: "deepseek-flash",
};
const NAMES = Object.keys(MAKERS) as Name[];

let open: { mux: Mux; upstreams: Upstream[] } | undefined;
afterEach(async () => {
  await open?.mux.close();
  for (const upstream of open?.upstreams ?? []) await upstream.close();
  open = undefined;
});

async function house(vendors: Record<Name, Vendor>): Promise<Mux> {
  const upstreams: Upstream[] = [];
  const providers: string[] = [];
  for (const name of NAMES) {
    const upstream = await startUpstream(vendors[name].handler);
    upstreams.push(upstream);
    const wire = name === "deepseek" ? 'wire = "openai-chat"\n' : "";
    providers.push(
      `[[providers]]\nname = "${name}"\ntype = "${name}"\nbase_url = "${upstream.url}${PLACES[name]}"\napi_key = "k"\n${wire}`,
    );
  }
  const mappings = NAMES.map((name) => `{ name = "${name}", model = "${MODELS[name]}" }`).join(", ");
  const mux = await startMux({
    config: `${providers.join("")}[[models]]\nname = "claude-opus-5-5"\nproviders = [${mappings}]\n`,
  });
  open = { mux, upstreams };
  return mux;
}

function makeVendors(callsAgain: boolean): Record<Name, Vendor> {
  return {
    openai: openai(callsAgain),
    gemini: gemini(callsAgain),
    anthropic: anthropic(callsAgain),
    deepseek: deepseek(callsAgain),
  };
}

/** The client: gives back every block as it came, and the results of the calls. */
class Client {
  readonly messages: { role: string; content: unknown }[] = [];
  readonly #mux: Mux;

  constructor(mux: Mux) {
    this.#mux = mux;
  }

  say(text: string): void {
    this.messages.push({ role: "user", content: [{ type: "text", text }] });
  }

  async ask(provider: Name): Promise<Block[]> {
    const response = await fetch(`${this.#mux.url}/v1/messages`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-api-key": "ccm-proxy", "x-ccm-provider": provider },
      body: JSON.stringify({
        model: "claude-opus-5-5",
        max_tokens: 128_000,
        stream: true,
        system: "You are a coding agent.",
        thinking: { type: "adaptive" },
        output_config: { effort: "medium" },
        tools: [
          {
            name: "Read",
            description: "Reads.",
            input_schema: { type: "object", properties: { path: { type: "string" } } },
          },
        ],
        messages: this.messages,
      }),
    });
    const text = await response.text();
    if (response.status !== 200) throw new Error(text);
    const { content } = messageOf({ events: eventsOf(text) });
    this.messages.push({ role: "assistant", content });
    const calls = content.filter(({ type }) => type === "tool_use");
    if (calls.length > 0)
      this.messages.push({
        role: "user",
        content: calls.map(({ id }) => ({ type: "tool_result", tool_use_id: id, content: "what it says" })),
      });
    return content;
  }
}

const textIn = (content: Block[]) => content.map(({ text }) => text ?? "").join("");
const callsIn = (content: Block[]) => content.filter(({ type }) => type === "tool_use");

describe("a conversation with tools", () => {
  it("moves from OpenAI to Gemini, Anthropic, DeepSeek and back, a tool's round at each", async () => {
    const vendors = makeVendors(false);
    const client = new Client(await house(vendors));
    for (const name of [...NAMES, ...NAMES, "openai"] as Name[]) {
      client.say(`Read it, ${name}.`);
      expect(callsIn(await client.ask(name))).toHaveLength(1);
      expect(textIn(await client.ask(name))).toBe(`${name} is done`);
    }
    for (const name of NAMES) expect(vendors[name].refusals).toEqual([]);
  });

  it("moves in the middle of each round: the result of one vendor's call goes to the next", async () => {
    const vendors = makeVendors(true);
    const client = new Client(await house(vendors));
    client.say("Read everything.");
    for (const name of [...NAMES, ...NAMES, ...NAMES.toReversed(), "openai"] as Name[])
      expect(callsIn(await client.ask(name))).toHaveLength(1);
    for (const name of NAMES) expect(vendors[name].refusals).toEqual([]);
    const ids = client.messages.flatMap(({ content }) => callsIn(content as Block[]).map(({ id }) => id));
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("a vendor that insists would have refused a stranger's state", async () => {
    const vendors = makeVendors(false);
    const mux = await house(vendors);
    const client = new Client(mux);
    client.say("Read it.");
    await client.ask("anthropic");
    const blocks = client.messages.flatMap(({ content }) => content as Block[]);
    for (const block of blocks) if (block.type === "thinking") block.signature = "A".repeat(60);
    await expect(client.ask("anthropic")).rejects.toThrow(/Invalid signature/);
    expect(vendors.anthropic.refusals).not.toEqual([]);
  });
});
