import { expect, it } from "vitest";
import { parseConfig } from "../../lib/config/load.ts";

const faultsOf = async (text: string) =>
  (await parseConfig(text, { path: "ccm-config.toml", env: {} })).faults.map(({ key, message }) => [key, message]);

it("asks for a model when a cheaper one shall serve", async () => {
  expect(await faultsOf('[budget]\nday = 1\nat_stop = "cheaper"')).toEqual([
    ["budget.at_stop", expect.stringContaining("model =")],
  ]);
});

it("takes no login in the address of a collector", async () => {
  const [fault] = await faultsOf('[telemetry]\nendpoint = "https://user:secret@collector.example"');
  expect(fault).toEqual(["telemetry.endpoint", expect.stringContaining("headers")]);
  expect(JSON.stringify(fault)).not.toContain("secret@");
});
