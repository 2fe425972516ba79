import type { WireId } from "../../catalog/wire-ids.ts";
import type { Path } from "../faults.ts";
import type { Account } from "./account.ts";

/** What claude-code-router's transformers of a provider come to with us. */
interface Transformers {
  /** The protocol that one of them stands for. */
  wire: WireId | undefined;
  /** Limit that `maxtoken` sets for a model. */
  maxOutput(model: string): number | undefined;
}

/** Those that stand for a protocol. */
const WIRES: Readonly<Record<string, WireId>> = {
  anthropic: "anthropic",
  gemini: "gemini",
  "openai-responses": "openai-responses",
};

/** Those whose work is done here without being asked, from the catalogue. */
const NEEDLESS = new Set([
  "openai",
  "openrouter",
  "deepseek",
  "groq",
  "cerebras",
  "vercel",
  "tooluse",
  "enhancetool",
  "reasoning",
  "cleancache",
  "streamoptions",
  "maxcompletiontokens",
  "vertex-gemini",
  "vertex-claude",
]);

/** Sets a limit of tokens. */
const LIMIT = "maxtoken";

export function readTransformers(account: Account, at: Path): Transformers {
  const limits = new Map<string, number>();
  let wire: WireId | undefined;
  const lists: (readonly [model: string | undefined, Path])[] = [
    [undefined, [...at, "transformers"]],
    [undefined, [...at, "transformer", "use"]],
    ...account
      .keys(...at, "transformer")
      .filter((key) => key !== "use")
      .map((model) => [model, [...at, "transformer", model, "use"]] as const),
  ];
  for (const [model, list] of lists) {
    for (const entry of account.list(...list)) {
      const { name, options } = readEntry(account, entry);
      const found = WIRES[name];
      if (found !== undefined && model === undefined) wire = found;
      const limit = name === LIMIT ? account.number(...entry, 1, "max_tokens") : undefined;
      if (limit !== undefined) limits.set(model ?? "", limit);
      else if (found === undefined && !NEEDLESS.has(name)) account.say(entry, notConvertible(name));
      else if (options) account.say([...entry, 1], `the options of "${name}" have no counterpart here.`);
    }
  }
  return { wire, maxOutput: (model) => limits.get(model) ?? limits.get("") };
}

/** `"name"`, or `["name", {options}]`. */
function readEntry(account: Account, entry: Path): { name: string; options: boolean } {
  const own = account.text(...entry);
  if (own !== undefined) return { name: own.toLowerCase(), options: false };
  const name = account.text(...entry, 0) ?? "";
  return { name: name.toLowerCase(), options: account.peek(...entry, 1) !== undefined };
}

function notConvertible(name: string): string {
  return name === ""
    ? "is no transformer that can be read."
    : `the transformer "${name}" changes requests in a way of its own, which cannot be converted.`;
}
