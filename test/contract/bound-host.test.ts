import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { parseConfig } from "../../lib/config/load.ts";
import { checkedForHost } from "../../lib/server/bound-host.ts";
import { useConfig } from "../../lib/server/live-config.ts";
import { startMux } from "../support/mux.ts";

const KEYS = '[server]\napi_keys = ["client-key"]\n';
const steps: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of steps.splice(0)) await step();
});

const read = (text: string) => parseConfig(text, { path: "ccm-config.toml", env: {} });

describe("a host that other machines can reach", () => {
  it.each([
    ["0.0.0.0", "", false],
    ["::", "", false],
    ["192.168.1.2", "", false],
    ["0.0.0.0", KEYS, true],
    ["127.0.0.1", "", true],
    ["127.1.2.3", "", true],
    ["[::1]", "", true],
    ["localhost", "", true],
  ])("%s with %j: usable %s", async (host, text, usable) => {
    const checked = checkedForHost(await read(text), host);
    expect(checked.settings !== undefined).toBe(usable);
    expect(checked.faults.map(({ key }) => key)).toEqual(usable ? [] : ["server.api_keys"]);
  });

  it("is refused at the start of the process, with exit code 2 and the way out", async () => {
    const folder = mkdtempSync(join(tmpdir(), "ccm-host-"));
    steps.push(() => rmSync(folder, { recursive: true, force: true }));
    const config = join(folder, "ccm-config.toml");
    writeFileSync(config, "");
    const program = resolve(import.meta.dirname, "../../dist/server.js");
    const child = spawn(process.execPath, [program, "--config", config, "--host", "0.0.0.0", "--port", "0"], {
      env: { PATH: process.env.PATH, HOME: folder, CCM_HOME: folder },
    });
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (part: string) => {
      said += part;
    });
    const code = await new Promise((done) => child.once("close", done));
    expect(code).toBe(2);
    expect(said).toMatch(/ccm-config\.toml: server\.api_keys: .*0\.0\.0\.0.*set server\.api_keys/);
  });

  it("never loses its keys to a change of the file", async () => {
    const mux = await startMux({ config: KEYS });
    steps.push(() => mux.close());
    const { context } = mux.server;
    context.url = "http://0.0.0.0:1"; // as if it had been started with --host
    useConfig(context, await read('[server]\nhost = "127.0.0.1"\n'));
    expect(context.config.settings.server.api_keys).toEqual(["client-key"]);
    expect(context.config.loaded.faults.map(({ key }) => key)).toEqual(["server.api_keys"]);
  });
});
