/** The shells themselves are asked what they would offer. Of those that are not installed the tests are skipped. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { bashCompletions } from "../../lib/cli/completions/bash.ts";
import { fishCompletions } from "../../lib/cli/completions/fish.ts";
import { zshCompletions } from "../../lib/cli/completions/zsh.ts";
import { VERB_NAMES, verbSpec } from "../../lib/cli/verb-table.ts";
import { sandboxes } from "./sandbox.ts";

const { sandbox } = sandboxes();
const folder = mkdtempSync(join(tmpdir(), "ccm-completions-"));
afterAll(() => rmSync(folder, { recursive: true }));
writeFileSync(join(folder, "request.json"), "{}");

const has = (shell: string) => spawnSync(shell, ["--version"]).status === 0;
const env = { PATH: process.env.PATH, HOME: folder, TERM: "dumb", LANG: "C.UTF-8" };
const run = (shell: string, args: readonly string[]) =>
  execFileSync(shell, args, {
    cwd: folder,
    env,
    encoding: "utf8",
    timeout: 30_000,
    stdio: ["ignore", "pipe", "inherit"],
  });

/** What is typed, the last word being completed, and what must be among what is offered, and what must not. */
const CASES = [
  ["ccmctl st", ["start", "status", "stop"], ["logs"]],
  ["ccmctl ", VERB_NAMES, []],
  ["ccm-start ", ["start", "logs"], ["config", "code"]],
  ["ccmctl start --p", ["--port"], ["--json"]],
  ["ccmctl config i", ["import"], ["check"]],
  ["ccmctl env --shell ", ["bash", "zsh", "fish"], ["start"]],
  ["ccmctl route re", ["request.json"], []],
  ["ccmctl service ", ["install", "remove"], []],
  ["ccm-quickstart --preset ", ["oauth", "api-key", "cost", "custom"], ["start"]],
] as const;

function expectOffer(offered: readonly string[], wanted: readonly string[], unwanted: readonly string[]) {
  expect(offered).toEqual(expect.arrayContaining([...wanted]));
  for (const word of unwanted) expect(offered).not.toContain(word);
}

describe("bash", () => {
  const script = join(folder, "completions.bash");
  writeFileSync(script, bashCompletions());
  const ask = `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
    function=$(complete -p "$1" | sed 's/.*-F \\([^ ]*\\) .*/\\1/'); "$function"; printf '%s\\n' "\${COMPREPLY[@]}"`;
  test.each(CASES)("%s", (line, wanted, unwanted) => {
    const offered = run("bash", ["-euc", ask, "bash", script, ...line.split(" ")]).split("\n");
    expectOffer(offered, wanted, unwanted);
  });
});

describe.skipIf(!has("fish"))("fish (needs fish)", () => {
  const script = join(folder, "completions.fish");
  writeFileSync(script, fishCompletions());
  test.each(CASES)("%s", (line, wanted, unwanted) => {
    const said = run("fish", ["--no-config", "-c", `source ${script}; complete -C${JSON.stringify(line)}`]);
    expectOffer(
      said.split("\n").map((offer) => offer.split("\t")[0] ?? ""),
      wanted,
      unwanted,
    );
  });
});

describe.skipIf(!has("zsh"))("zsh (needs zsh)", () => {
  const script = join(folder, "completions.zsh");
  writeFileSync(script, zshCompletions());
  // Only a zsh with a terminal completes: one is given to it, and what it shows is read back.
  const ask = `zmodload zsh/zpty
    show() { local line text=; while zpty -r z line; do text+=$line; [[ $text == *"$1"* ]] && break; done; print -r -- $text; }
    zpty z "TERM=dumb exec zsh -f -i"
    zpty -w z "PS1='%%' RPS1= PROMPT_EOL_MARK=; unsetopt zle_bracketed_paste; autoload -Uz compinit; compinit -D; source $1"
    zpty -w z "setopt no_beep no_auto_menu; print -r -- do''ne"
    show done >/dev/null
    zpty -w -n z "$2"$'\\t\\t'
    zpty -w -n z $'\\x01print -r -- en\\'\\'d #\\n'
    show end`;
  // It asks before it shows a list as long as that of all verbs.
  test.each(CASES.filter(([line]) => line !== "ccmctl "))("%s", (line, wanted) => {
    const said = run("zsh", ["-f", "-c", ask, "zsh", script, line]);
    for (const word of wanted) expect(said).toContain(word);
  });
});

test("every verb and every option of the table is in each of them", () => {
  for (const text of [bashCompletions(), zshCompletions(), fishCompletions()]) {
    for (const name of VERB_NAMES) {
      expect(text).toMatch(new RegExp(`\\b${name}\\b`));
      for (const option of Object.keys(verbSpec(name).options)) expect(text).toContain(option);
    }
  }
});

test("ccmctl completions prints them, and says which there are", async () => {
  const box = await sandbox();
  expect(await box.ccmctl(["completions", "bash"])).toMatchObject({ code: 0, stdout: bashCompletions() });
  expect(await box.ccmctl(["completions", "zhs"])).toMatchObject({
    code: 64,
    stderr: expect.stringContaining("did you mean `zsh`?"),
  });
  expect((await box.ccmctl(["completions"])).stderr).toContain("bash|zsh|fish");
});
