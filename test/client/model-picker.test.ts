import { afterEach, describe, expect, test } from "vitest";
import { type Simulator, startSimulator } from "../../lib/simulator/server.ts";
import { type Mux, spawnMux } from "../support/mux.ts";
import { findClaude } from "./claude-code.ts";
import { hasTerminal, openClaude, type Terminal } from "./terminal.ts";

const claude = findClaude();
const skipped = "missing" in claude ? claude.missing : hasTerminal() ? undefined : "There is no `script` here.";
if (skipped) console.info(`skipped: the model picker of the real Claude Code. ${skipped}`);

let simulator: Simulator | undefined;
let mux: Mux | undefined;
let terminal: Terminal | undefined;
afterEach(async () => {
  await terminal?.close();
  await mux?.close();
  await simulator?.close();
  terminal = mux = simulator = undefined;
});

describe.skipIf(skipped)("Claude Code's /model", { timeout: 120_000 }, () => {
  test("lists our models with their chains, and what is chosen there is served by its chain", async () => {
    simulator = await startSimulator({
      host: "127.0.0.1",
      respond: ({ model }) => ({ parts: [{ type: "text", text: `Served as ${model}.` }] }),
    });
    const provider = (name: string) => `
[[providers]]
name = "${name}"
type = "openai-compatible"
base_url = "${simulator?.url}/${name}/v1"
api_key = "key-of-${name}"
`;
    mux = await spawnMux({
      config: `${provider("east")}${provider("west")}
[[models]]
name = "glm-4.6"
providers = [{ name = "east", priority = 1, model = "large" }, { name = "west", priority = 2, model = "large" }]
[[models]]
name = "claude-sonnet-5-5"
providers = [{ name = "west", model = "small" }]
[router.default]
model = "claude-sonnet-5-5"
`,
    });
    terminal = await openClaude("binary" in claude ? claude.binary : "", mux.url);
    await terminal.until("/effort");
    terminal.type("/model");
    await terminal.until("/model");
    terminal.type("\r");
    await terminal.until("glm-4.6 east → west");
    terminal.type("6");
    await terminal.until("Set model to glm-4.6");
    terminal.type("hello there");
    await terminal.until("hello there");
    terminal.type("\r");
    await terminal.until("Served as large.");
    const main = simulator.requests.findLast(({ ask }) => ask?.userText.includes("hello there"));
    expect(main).toMatchObject({ provider: "east" });
  });
});
