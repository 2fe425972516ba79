import { expect, test } from "vitest";
import { createLogger } from "../../lib/server/log.ts";
import { logUnforeseen } from "../../lib/server/unforeseen.ts";
import { settingsOf } from "../support/settings.ts";

test("an error that nobody foresaw is logged with its stack, and without the keys that it may be made of", async () => {
  const key = "canary-0123456789abcdef";
  const settings = await settingsOf(
    `[[providers]]\nname = "a"\ntype = "openai-compatible"\nbase_url = "http://127.0.0.1:9"\napi_key = "${key}"\n`,
  );
  const lines: string[] = [];
  const context = {
    log: createLogger((line) => void lines.push(line)),
    config: { settings },
    stateDir: "/nowhere",
  } as unknown as Parameters<typeof logUnforeseen>[0];
  await logUnforeseen(context, "it broke", new Error(`Invalid header: Bearer ${key}`), { id: "req_1" });
  const [line = ""] = lines;
  expect(line).not.toContain(key);
  for (const words of ["it broke", "req_1", "Invalid header", "unforeseen.test.ts"]) expect(line).toContain(words);
});
