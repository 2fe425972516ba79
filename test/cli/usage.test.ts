import { expect, test } from "vitest";
import type { BudgetView } from "../../lib/journal/budget.ts";
import type { UsageReport } from "../../lib/journal/usage-report.ts";
import { startSimulator } from "../../lib/simulator/server.ts";
import { PATIENT, type Sandbox, sandboxes } from "./sandbox.ts";

const { sandbox, afterwards } = sandboxes();

/** A server with a provider that answers, and a budget of one dollar a day. */
async function served(extra = ""): Promise<Sandbox> {
  const simulator = await startSimulator({ host: "127.0.0.1" });
  afterwards(() => simulator.close());
  const box = await sandbox(`[server]
port = PORT
[[providers]]
name = "vendor"
type = "anthropic"
api_key = "sk-ant-api03-a-secret-of-the-test"
base_url = "${simulator.url}/anthropic"
[[models]]
name = "claude-sonnet-5-5"
providers = [{ name = "vendor", model = "sold-model", price = { input = 2, output = 10 } }]
[router.default]
model = "claude-sonnet-5-5"
${extra}`);
  expect((await box.ccmctl(["start"])).code).toBe(0);
  return box;
}

async function ask({ port }: Sandbox, session = "session-one"): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${port}/v1/messages`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-api-key": "any", "x-claude-code-session-id": session },
    body: JSON.stringify({ model: "claude-sonnet-5-5", max_tokens: 50, messages: [{ role: "user", content: "hi" }] }),
  });
  await response.text();
  return response.status;
}

async function usage(box: Sandbox, ...args: string[]): Promise<UsageReport> {
  return JSON.parse((await box.ccmctl(["usage", "--json", ...args])).stdout) as UsageReport;
}

test("usage is told while the server runs, after it was killed, and in every form alike", async () => {
  const box = await served();
  for (let n = 0; n < 3; n++) expect(await ask(box)).toBe(200);
  await expect.poll(async () => (await usage(box)).total.requests, PATIENT).toBe(3);

  process.kill(box.pid() ?? 0, "SIGKILL");
  const report = await usage(box);
  expect(report.items).toMatchObject([{ name: "vendor", requests: 3 }]);
  expect(report.total.cost).toBeGreaterThan(0);
  for (const by of ["model", "route", "day"]) expect((await usage(box, "--by", by)).total.cost).toBe(report.total.cost);

  const text = (await box.ccmctl(["usage"])).stdout;
  expect(text).toMatch(/^vendor +3 +/m);
  expect(text).not.toContain("Budget");
  const requests = (await box.ccmctl(["usage", "--by", "request"])).stdout;
  expect(requests.match(/^\d\d:\d\d:\d\d {2}claude-sonnet-5-5 → vendor .* ok$/gm)).toHaveLength(3);

  const sumOf = (csv: string) => {
    const [header = "", ...lines] = csv.trim().split("\n");
    const column = header.split(",").indexOf("cost");
    return lines.reduce((sum, line) => sum + Number(line.split(",")[column]), 0);
  };
  expect(sumOf((await box.ccmctl(["usage", "--csv"])).stdout)).toBeCloseTo(report.total.cost, 6);
  expect(sumOf((await box.ccmctl(["usage", "--by", "request", "--csv"])).stdout)).toBeCloseTo(report.total.cost, 6);
  const lines = (await box.ccmctl(["usage", "--by", "request", "--json"])).stdout.trim().split("\n");
  const costs = lines.map((line) => (JSON.parse(line) as { cost: number }).cost);
  expect(costs.reduce((sum, cost) => sum + cost, 0)).toBeCloseTo(report.total.cost, 6);
});

test("usage says what it does not take", async () => {
  const box = await sandbox();
  expect((await box.ccmctl(["usage"])).stdout).toContain("No request since");
  expect(await box.ccmctl(["usage", "--since", "yesterday"])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("7d"),
  });
  expect((await box.ccmctl(["usage", "--by", "request"])).stdout).toContain("No request since");
  expect(await box.ccmctl(["usage", "--csv", "--json"])).toMatchObject({ code: 1 });
});

test("the status line shows model, provider, cost of this session and what is left of the budget", async () => {
  const box = await served("[budget]\nday = 1000\n");
  await ask(box);
  await ask(box, "session-two");
  await expect.poll(async () => (await usage(box)).total.requests, PATIENT).toBe(2);
  const told = { session_id: "session-one", model: { id: "claude-sonnet-5-5", display_name: "Sonnet 5.5" } };
  const line = async (input: string) =>
    (await box.ccmctl(["statusline"], { input, env: { NO_COLOR: "1" } })).stdout.trim();
  expect(await line(JSON.stringify(told))).toMatch(
    /^Sonnet 5\.5 → vendor \(sold-model\) · (?:<\$0\.01|\$0\.\d\d) · \$\d+\.\d\d of \$1000\.00 left today$/,
  );
  expect(await line("no JSON")).toMatch(/^ccm · \$\d+\.\d\d of \$1000\.00 left today$/);
  expect((await box.ccmctl(["usage"])).stdout).toMatch(/^ {2}today's budget +\S+ of \$1000\.00 +0 % +until /m);
  const { budgets } = JSON.parse((await box.ccmctl(["usage", "--json"])).stdout) as { budgets: BudgetView[] };
  expect(budgets).toMatchObject([{ key: "budget.day", limit: 1000, state: "free" }]);
  await box.ccmctl(["stop", "--now"]);
  expect(await line(JSON.stringify(told))).toContain("the proxy is not running");
});
