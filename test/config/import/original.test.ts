import { expect, test } from "vitest";
import { importConfig } from "../../../lib/config/import/index.ts";

const ORIGINAL = `# mine
[server]
port = 3456
typo = 1

[router]
default = "m" # the only one

[[providers]]
name = "a"
provider_type = "anthropic"
api_key = "k"
models = []
colour = "red"

[[models]]
name = "m"
[[models.mappings]]
priority = 1
provider = "a"
actual_model = "claude-sonnet-4-5"

[proxy]
listen = 1
`;

test("the original's file stays as it is, but for keys that it let pass unread: they are named", () => {
  const imported = importConfig(ORIGINAL, "config.toml");
  expect(imported.from).toBe("claude-code-mux");
  expect(imported.left.sort()).toEqual(["providers.a.colour", "proxy", "server.typo"]);
  expect(imported.text).toBe(
    ORIGINAL.replace("typo = 1\n", "").replace('colour = "red"\n', "").replace("[proxy]\nlisten = 1\n", ""),
  );
});
