import { suggest } from "./suggest.ts";

interface KnownOption {
  type: "string" | "boolean";
  /** Placeholder of its value. */
  value?: string;
}

/**
 * Puts what `parseArgs` refuses into our words. Its errors carry the option only inside their message.
 * @throws the error itself when it is none of parseArgs
 */
export function optionError(error: unknown, options: Readonly<Record<string, KnownOption>>): string {
  const { code = "", message = "" } = error as NodeJS.ErrnoException;
  const option = /'(?:-\w, )?(--?[^' =]+)/.exec(message)?.[1] ?? "";
  switch (code) {
    case "ERR_PARSE_ARGS_UNKNOWN_OPTION":
      return `there is no option \`${option}\`${didYouMean(
        option,
        Object.keys(options).map((name) => `--${name}`),
      )}`;
    case "ERR_PARSE_ARGS_INVALID_OPTION_VALUE": {
      const known = options[option.replace(/^--/, "")];
      return known?.type === "boolean"
        ? `\`${option}\` takes no value`
        : `\`${option}\` needs a value: ${known?.value ?? "VALUE"}`;
    }
    case "ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL":
      return `\`${/'([^']*)'/.exec(message)?.[1] ?? ""}\` is too much here`;
    default:
      throw error;
  }
}

/** `; did you mean \`start\`?` where a known word is near, else nothing. */
export function didYouMean(word: string, known: readonly string[]): string {
  const found = suggest(word, known);
  return found === undefined ? "" : `; did you mean \`${found}\`?`;
}
