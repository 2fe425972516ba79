// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how references are written
import { describe, expect, it } from "vitest";
import { parseConfig } from "../../lib/config/load.ts";
import { maskSecret, maskText, maskTree, maskUrl, unmaskText } from "../../lib/config/mask.ts";

const TEXT = `# my key: sk-ant-api03-commented0000
[server]
api_keys = ["client-secret-number-1", '$FROM_ENV']   # two
admin_token = "correct horse battery"

[[providers]]
name = "a"
type = "anthropic"
api_key = "sk-ant-api03-abcdefghijklmnop"
#api_key = "sk-ant-api03-old-old-old-old"
headers = { authorization = "Bearer abcdefghijklmnopqrst", "x-team" = "tools" }
oauth = { client_secret = "GOCSPX-abcdefghijkl", token_url = "https://t.example/token" }
base_url = "https://me:hunter2@gw.example/v1?key=abcdef"

[[providers]]
name = "b"
type = "openai"
api_key = "\${OPENAI_API_KEY}"
`;

const SECRETS = ["commented0000", "client-secret", "correct horse", "abcdefghij", "old-old", "hunter2", "key=abcdef"];

describe("a secret is shown as", () => {
  it.each([
    ["sk-ant-api03-0123456789-wxyz", "sk-…wxyz"],
    ["file:/run/secrets/anthropic-key", "file:/run/secrets/anthropic-key"],
    ["cmd:printf sk-ant-api03-0123456789", "cmd:printf …"],
    ["gsk_0123456789abcdefghij", "gsk_…ghij"],
    ["AIzaSyA0123456789abcdefg", "AIza…defg"],
    ["0123456789abcdef.0123456789", "…6789"],
    ["short", "…"],
    ["$NAME", "$NAME"],
    ["${NAME}", "${NAME}"],
    ["Bearer $NAME", "Bearer $NAME"],
    ["sk-…wxyz", "sk-…wxyz"],
    ["", ""],
  ])("%s: %s", (secret, shown) => {
    expect(maskSecret(secret)).toBe(shown);
  });

  it("and what is in an address is left out", () => {
    expect(maskUrl("https://me:pw@h/v1?key=abc&x=1")).toBe("https://…@h/v1?key=…&x=1");
    expect(maskUrl("http://127.0.0.1:9/v1")).toBe("http://127.0.0.1:9/v1");
  });
});

describe("the whole file", () => {
  it("shows no secret, and everything else byte for byte", async () => {
    const shown = await maskText(TEXT);
    for (const secret of SECRETS) expect(shown).not.toContain(secret);
    expect(shown).toContain('api_keys = ["cli…er-1"'.replace("cli", "")); // no known prefix: the end only
    expect(shown).toContain("'$FROM_ENV']   # two");
    expect(shown).toContain('"x-team" = "tools"');
    expect(shown).toContain('token_url = "https://t.example/token"');
    expect(shown).toContain('api_key = "${OPENAI_API_KEY}"');
    expect(shown.split("\n")).toHaveLength(TEXT.split("\n").length);
    expect(await maskText(shown)).toBe(shown);
  });

  it("shows none when it is broken, either", async () => {
    const shown = await maskText(
      `${TEXT}\n[broken\napi_keys = [\n  "first-secret-value-1",\n  "second-secret-value"\n]\n`,
    );
    for (const secret of [...SECRETS.slice(0, 5), "first-secret", "second-secret"]) expect(shown).not.toContain(secret);
  });

  it("shows none as a tree", async () => {
    const { tree } = await parseConfig(TEXT, { path: "f", env: {} });
    const shown = JSON.stringify(maskTree(tree));
    for (const secret of SECRETS) expect(shown).not.toContain(secret);
    expect(shown).toContain('"api_key":"sk-…mnop"');
  });
});

describe("a masked text that was edited", () => {
  it("gets its secrets back", async () => {
    const edited = (await maskText(TEXT)).replace('name = "b"', 'name = "c"');
    expect(await unmaskText(edited, TEXT)).toBe(TEXT.replace('name = "b"', 'name = "c"'));
  });

  it("gets them back in lines that were moved or changed, too", async () => {
    const shown = await maskText(TEXT);
    const keyLine = 'api_key = "sk-…mnop"';
    expect(shown).toContain(keyLine);
    const edited = `${shown.replace(`${keyLine}\n`, "")}\n[[providers]]\nname = "d"\n  ${keyLine} # moved\n`;
    expect(await unmaskText(edited, TEXT)).toContain('  api_key = "sk-ant-api03-abcdefghijklmnop" # moved');
  });

  it("keeps a new secret as it was typed", async () => {
    const edited = (await maskText(TEXT)).replace("sk-…mnop", "sk-ant-new");
    expect(await unmaskText(edited, TEXT)).toBe(TEXT.replace("sk-ant-api03-abcdefghijklmnop", "sk-ant-new"));
  });
});
