import { ask } from "./run.mjs";

const DEFAULT_SECONDS = 30;

/**
 * Runs the commands under `validate`.
 * @returns one line for each that is not as it should be
 */
export function problemsOf(extension, { environment }) {
  const seconds = extension.requirements?.validationTimeout ?? DEFAULT_SECONDS;
  return (extension.validate.commands ?? []).flatMap(({ name, versionFlag = "--version", expectedPattern }) => {
    const { found, code, output } = ask(name, versionFlag.split(" ").filter(Boolean), { seconds, env: environment });
    const command = `${name} ${versionFlag}`.trim();
    if (!found) return [`${name}: command not found`];
    if (code === 124) return [`${command}: no answer within ${seconds} s`];
    if (code !== 0) return [`${command}: exit code ${code}: ${output.trim()}`];
    const pattern = expectedPattern && new RegExp(expectedPattern);
    if (pattern && !output.split("\n").some((line) => pattern.test(line))) {
      return [`${command}: "${output.trim()}" does not match ${expectedPattern}`];
    }
    return [];
  });
}

/** The first line that each validated command says of its version; nothing for those that are not there. */
export function versionLines(extension, { environment }) {
  return (extension.validate.commands ?? []).flatMap(({ name }) => {
    const { code, output } = ask(name, ["--version"], { seconds: DEFAULT_SECONDS, env: environment });
    return code === 0 ? [`${name}: ${output.split("\n")[0]}`] : [];
  });
}
