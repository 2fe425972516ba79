import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import type { UsageView } from "../../lib/server/admin/views.ts";
import { type Simulator, startSimulator } from "../../lib/simulator/server.ts";
import { PROGRAM_ROOT, type Sandbox, sandboxes } from "../cli/sandbox.ts";
import { findClaude } from "./claude-code.ts";
import { hasTerminal, openClaude, type Terminal } from "./terminal.ts";

const claude = findClaude();
const skipped = "missing" in claude ? claude.missing : hasTerminal() ? undefined : "There is no `script` here.";
if (skipped) console.info(`skipped: what the user of the real Claude Code sees of costs. ${skipped}`);

const { sandbox, afterwards } = sandboxes();
let simulator: Simulator | undefined;
let terminal: Terminal | undefined;
afterEach(async () => {
  await terminal?.close();
  terminal = undefined;
});

const PRICE = "price = { input = 100, output = 100 }";

function configOf(url: string, dollars: string): string {
  const provider = (name: string) => `
[[providers]]
name = "${name}"
type = "anthropic-compatible"
base_url = "${url}/${name}"
auth_type = "none"
`;
  return `[server]
port = PORT
${provider("first")}${provider("second")}
[[models]]
name = "any-model"
providers = [{ name = "first", priority = 1, model = "large", ${PRICE} }, { name = "second", priority = 2, model = "large", ${PRICE} }]
[router.default]
model = "any-model"
[budget]
day = ${dollars}
`;
}

/** Two providers, the first of which is overloaded, and a budget that nobody reaches. */
async function served(): Promise<Sandbox> {
  const started = await startSimulator({
    host: "127.0.0.1",
    respond: ({ userText }) =>
      userText.includes("hello") ? { parts: [{ type: "text", text: "Served." }] } : undefined,
  });
  simulator = started;
  afterwards(() => started.close());
  started.setFault("first", "529");
  const box = await sandbox(configOf(started.url, "1000"));
  expect((await box.ccmctl(["start"])).code).toBe(0);
  return box;
}

/** From now on so much of the budget is used up. */
async function useUp(box: Sandbox, share: number): Promise<string> {
  const { total } = await usageOf(box);
  const limit = (total.cost / share).toFixed(2);
  box.writeConfig(configOf(simulator?.url ?? "", limit));
  await expect.poll(async () => (await usageOf(box)).budgets[0]?.limit).toBe(Number(limit));
  return limit;
}

async function usageOf({ port }: Sandbox): Promise<UsageView> {
  return (await (await fetch(`http://127.0.0.1:${port}/api/usage?since=today`)).json()) as UsageView;
}

function sit(box: Sandbox, signedIn = false): Promise<Terminal> {
  const program = join(PROGRAM_ROOT, "dist", "ccmctl.js");
  const command = `CCM_HOME='${box.state}' '${process.execPath}' '${program}' statusline`;
  const settings = { statusLine: { type: "command", command } };
  return openClaude("binary" in claude ? claude.binary : "", `http://127.0.0.1:${box.port}`, { settings, signedIn });
}

async function say({ type, until }: Terminal, words: string): Promise<void> {
  type(words);
  await until(words);
  type("\r");
}

describe.skipIf(skipped)("who sits before the real Claude Code", { timeout: 150_000 }, () => {
  test("sees who serves, what it cost, what is left, a failover, and why a used-up budget stops", async () => {
    const box = await served();
    terminal = await sit(box);
    await terminal.until("$1000.00 left today");
    await say(terminal, "hello one");
    await terminal.until("Served.");
    expect(await terminal.until("instead of first: overloaded")).toMatch(
      /→ second \(large\) · \$\d\.\d\d · \$\d+\.\d\d of \$1000\.00 left today · instead of first: overloaded/,
    );
    const limit = await useUp(box, 1.01);
    await say(terminal, "hello two");
    const refused = await terminal.until(`Today's budget of $${limit} is used up`);
    expect(refused.replaceAll(/\s+/g, " ")).toContain("raise budget.day: ccmctl config edit");
    await terminal.until(`budget of $${limit} today used up`);
    expect((await usageOf(box)).budgets).toMatchObject([{ state: "stop" }]);
  });

  test("is told how much is used up, when signed in", async () => {
    const box = await served();
    terminal = await sit(box, true);
    await terminal.until("$1000.00 left today");
    await say(terminal, "hello one");
    await terminal.until("Served.");
    await useUp(box, 0.8);
    await say(terminal, "hello two");
    await terminal.until("You've used 80% of your usage credits");
  });
});
