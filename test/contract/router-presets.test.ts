/** The four router presets of templates/router, each in front of simulated providers. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { parseConfig } from "../../lib/config/load.ts";
import { type Simulator, startSimulator } from "../../lib/simulator/server.ts";
import { type Mux, startMux } from "../support/mux.ts";

const KEYS = { ANTHROPIC_UPSTREAM_KEY: "k1", OPENAI_API_KEY: "k2", OPENROUTER_API_KEY: "k3", GROQ_API_KEY: "k4" };
/** Where each provider's protocol begins behind its address. */
const BASES: Readonly<Record<string, string>> = {
  anthropic: "",
  openai: "/v1",
  openrouter: "/v1",
  groq: "/v1",
  ollama: "",
};

let simulator: Simulator | undefined;
let mux: Mux | undefined;
afterEach(async () => {
  await mux?.close();
  await simulator?.close();
});

const preset = (name: string): Promise<string> =>
  readFile(join(import.meta.dirname, `../../templates/router/${name}.toml`), "utf8");

describe.each([
  ["quality", "anthropic", "openai"],
  ["cost", "groq", undefined],
  ["speed", undefined, undefined],
  ["local", "ollama", "anthropic"],
])("%s first", (name, first, second) => {
  test("is sound", async () => {
    const { faults, settings } = await parseConfig(await preset(name), { path: name, env: KEYS });
    expect(faults).toEqual([]);
    expect(settings?.models.size).toBeGreaterThanOrEqual(3);
  });

  test("serves, and serves on when its first provider is down", async () => {
    simulator = await startSimulator({ host: "127.0.0.1" });
    const { url } = simulator;
    const text = (await preset(name)).replace(/^name = "(\w+)"\ntype = /gm, (line, provider: string) =>
      line.replace("\ntype", `\nbase_url = "${url}/${provider}${BASES[provider]}"\ntype`),
    );
    mux = await startMux({ config: text, env: KEYS });
    const ask = async (): Promise<Response> =>
      fetch(`${mux?.url}/v1/messages`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({
          model: "claude-sonnet-5-5",
          max_tokens: 50,
          messages: [{ role: "user", content: "hi" }],
        }),
      });
    const answer = await ask();
    expect(answer.status).toBe(200);
    const served = answer.headers.get("x-ccm-provider") ?? "";
    if (first !== undefined) expect(served).toBe(first);
    simulator.setFault(served, "529");
    const again = await ask();
    expect(again.status).toBe(200);
    expect(again.headers.get("x-ccm-provider")).not.toBe(served);
    if (second !== undefined) expect(again.headers.get("x-ccm-provider")).toBe(second);
  });
});
