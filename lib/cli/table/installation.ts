import { MANAGERS } from "../service/unit.ts";
import type { VerbSpec } from "../verb.ts";
import { config } from "./options.ts";

/** The shells for which there are completions. */
export const COMPLETED_SHELLS = ["bash", "zsh", "fish"] as const;

/** Verbs about the program itself. */
export const INSTALLATION_VERBS = {
  upgrade: {
    group: "Installation",
    summary: "install another version beside, try it out, and switch over without cutting a stream",
    details: [
      "The new version starts aside with your configuration and answers requests of simulated providers. Only then it takes the place of the old one, which is kept. When anything goes wrong, the old one stays in use. What is new in the template is added to your configuration as comments, with a backup; the template is put beside it.",
      "Without --to: the latest version that is published.",
    ],
    options: {
      to: { type: "string", value: "VERSION|DIR|TARBALL", help: "that version, directory, or packed archive (.tgz)" },
      rollback: { type: "boolean", help: "go back to the version before" },
    },
    examples: [
      ["ccmctl upgrade", "to the latest version"],
      ["ccmctl upgrade --to ./claude-code-mux-0.2.0.tgz", "without a network"],
      ["ccmctl upgrade --rollback", "back to the one before"],
    ],
  },
  service: {
    group: "Installation",
    summary: "install | remove: start the server when you log in (systemd, launchd)",
    operands: "install|remove",
    operandCount: [1, 1],
    operandChoices: ["install", "remove"],
    details: [
      "Writes a user unit of systemd, or an agent of launchd, and starts it. Nothing needs root.",
      "All verbs work as before; `ccmctl restart` and upgrades cut no stream.",
      "A service does not see your shell's variables: ccm-service.env beside the configuration is for them.",
    ],
    options: {
      config,
      manager: {
        type: "string",
        value: MANAGERS.join("|"),
        help: "which one (default: that of this system)",
        choices: MANAGERS,
      },
      print: { type: "boolean", help: "print the file, and change nothing" },
    },
    examples: [
      ["ccmctl service install", ""],
      ["ccmctl service install --print", "look at it first"],
      ["ccmctl service remove", ""],
    ],
  },
  completions: {
    group: "Installation",
    summary: "print what lets your shell complete our commands",
    operands: "bash|zsh|fish",
    operandCount: [1, 1],
    operandChoices: COMPLETED_SHELLS,
    details: ["For ccmctl, ccm-start and ccm-quickstart. Put the line of your shell into its start-up file."],
    options: {},
    examples: [
      ["source <(ccmctl completions bash)", "in ~/.bashrc"],
      ["source <(ccmctl completions zsh)", "in ~/.zshrc, after compinit"],
      ["ccmctl completions fish | source", "in ~/.config/fish/config.fish"],
    ],
  },
} as const satisfies Readonly<Record<string, VerbSpec>>;
