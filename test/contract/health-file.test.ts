import { readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { createLogger } from "../../lib/server/log.ts";
import { startServer } from "../../lib/server/start.ts";
import { buildHouse, type House } from "./house.ts";

let house: House | undefined;
afterEach(async () => house?.close());

test("an open circuit survives a restart; another key gives the provider a fresh start", async () => {
  house = await buildHouse({ a: (_q, r) => r.error(401, "authentication_error", "invalid x-api-key") });
  await house.ask();
  const { configPath } = house.mux;
  const stateDir = dirname(configPath);
  await expect
    .poll(async () => readFile(join(stateDir, "health.json"), "utf8").catch(() => ""), { timeout: 3000 })
    .toContain("openUntil");
  expect(await readFile(join(stateDir, "health.json"), "utf8")).not.toContain("secret");

  const log: string[] = [];
  const again = await startServer({
    configPath,
    stateDir,
    env: {},
    port: 0,
    log: createLogger((line) => void log.push(line)),
  });
  const stateOf = async (): Promise<string> => {
    const status = (await (await fetch(`${again.url}/api/status`)).json()) as {
      providers: { name: string; state: string }[];
    };
    return status.providers.find(({ name }) => name === "a")?.state ?? "";
  };
  expect(await stateOf()).toBe("needs_login");
  const config = await readFile(configPath, "utf8");
  await writeFile(configPath, config.replace("secret-of-a", "better-secret-of-a"));
  await expect.poll(stateOf, { timeout: 3000 }).toBe("ok");
  await again.close(0);
});

test("a broken health file is reported and costs nothing else", async () => {
  house = await buildHouse({});
  const { configPath } = house.mux;
  const stateDir = dirname(configPath);
  await writeFile(join(stateDir, "health.json"), "{half");
  const log: string[] = [];
  const again = await startServer({
    configPath,
    stateDir,
    env: {},
    port: 0,
    log: createLogger((line) => void log.push(line)),
  });
  expect(log.join("\n")).toContain("health could not be read");
  await again.close(0);
});
