import { describe, expect, it } from "vitest";
import { parseCommand } from "../../lib/cli/args.ts";
import { VERB_NAMES, verbSpec } from "../../lib/cli/verb-table.ts";

function parse(line: string) {
  return parseCommand(line.split(" ").filter(Boolean));
}

describe("the command line", () => {
  it("takes options before and behind the verb", () => {
    const expected = { do: "run", verb: "start", values: { config: "F", port: "4000" }, operands: [] };
    expect(parse("start --config F --port 4000")).toEqual(expected);
    expect(parse("--config F --port 4000 start")).toEqual(expected);
    expect(parse("--config F start --port=4000")).toEqual(expected);
    expect(parse("-c F -p 4000 start")).toEqual(expected);
  });

  it("hands on everything behind `code`, and takes what stands before it", () => {
    expect(parse("code -p hello --help --version")).toMatchObject({
      verb: "code",
      values: {},
      operands: ["-p", "hello", "--help", "--version"],
    });
    expect(parse("--config F code --config G")).toMatchObject({ values: { config: "F" }, operands: ["--config", "G"] });
    for (const help of ["help code", "code --help", "code -h", "--help code"])
      expect(parse(help)).toEqual({ do: "help", verb: "code" });
  });

  it("reads `-` as an operand", () => {
    expect(parse("route - --json")).toMatchObject({ verb: "route", operands: ["-"], values: { json: true } });
  });

  it("asks whether a near word was meant", () => {
    expect(parse("strat")).toEqual({ do: "complain", message: "there is no verb `strat`; did you mean `start`?" });
    expect(parse("frobnicate")).toEqual({ do: "complain", message: "there is no verb `frobnicate`" });
    expect(parse("status --jsno")).toEqual({
      do: "complain",
      about: "status",
      message: "there is no option `--jsno`; did you mean `--json`?",
    });
    expect(parse("env --shell fsh")).toMatchObject({ message: "`--shell` is one of bash, zsh, fish, not `fsh`" });
  });

  it.each([
    ["start --port", "`--port` needs a value: N"],
    ["start --port 70000", "`--port` is a whole number from 0 to 65535, not `70000`"],
    ["start --port 0x10", "`--port` is a whole number from 0 to 65535, not `0x10`"],
    ["status --json=yes", "`--json` takes no value"],
    ["status now", "`now` is too much here"],
    ["route", "something is missing: FILE|-"],
    ["--config F", "`--config` needs a verb beside it"],
  ])("says what is wrong with `%s`", (line, message) => {
    expect(parse(line)).toMatchObject({ do: "complain", message });
  });

  it.each([
    ["", { do: "help" }],
    ["--help", { do: "help" }],
    ["help", { do: "help" }],
    ["help stop", { do: "help", verb: "stop" }],
    ["stop -h", { do: "help", verb: "stop" }],
    ["--help stop", { do: "help", verb: "stop" }],
    ["--version", { do: "version" }],
    ["-V", { do: "version" }],
  ])("`%s` asks for help or the version", (line, expected) => {
    expect(parse(line)).toEqual(expected);
  });
});

describe("the table of verbs", () => {
  it("means the same by an option wherever it stands, so that it may stand before the verb", () => {
    const forms = new Map<string, string>();
    for (const verb of VERB_NAMES) {
      for (const [name, { type, short }] of Object.entries(verbSpec(verb).options)) {
        const form = `${type} ${short ?? ""}`;
        expect(forms.get(name) ?? form, `--${name} of ${verb}`).toBe(form);
        forms.set(name, form);
      }
    }
    const shorts = [...forms].flatMap(([name, form]) => (form.endsWith(" ") ? [] : [[form.split(" ")[1], name]]));
    expect(new Set(shorts.map(([short]) => short)).size).toBe(shorts.length);
  });

  it("has an example for every verb, and each of them is understood", () => {
    for (const verb of VERB_NAMES) {
      expect(verbSpec(verb).examples.length).toBeGreaterThan(0);
      for (const [example] of verbSpec(verb).examples) {
        const words = example
          .replace(/^.*?ccmctl /, "")
          .replace(/[)"|].*$/, "")
          .trim()
          .split(" ");
        expect(parseCommand(words), example).toMatchObject({ do: "run", verb });
      }
    }
  });
});
