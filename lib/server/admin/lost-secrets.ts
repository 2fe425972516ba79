import { formatKey } from "../../config/faults.ts";
import { isSecretPath } from "../../config/mask.ts";
import { ApiFault } from "./errors.ts";

/**
 * A masked secret stands for the one in the file. Where the file has none that looks so, the mask itself would be written
 * in the place of a key; that is refused.
 * @throws {ApiFault} 422 that names the places
 */
export async function refuseLostSecrets(text: string): Promise<void> {
  const { parseProgram, staticValue, stringValues, TomlSyntaxError } = await import("../../config/positions.ts");
  try {
    const program = parseProgram(text);
    const lost = stringValues(program).filter(({ path, value }) => isSecretPath(path) && value.includes("…"));
    if (lost.length === 0) return;
    const tree = staticValue(program);
    const faults = lost.map(({ path, range: [start] }) => ({
      path: formatKey(path, tree),
      line: text.slice(0, start).split("\n").length,
      message: "this is only the masked form of a key, and the file has no key that looks like it; type the key itself",
    }));
    throw new ApiFault(422, "config_faults", "The change was not saved: a key in it is masked.", { faults });
  } catch (error) {
    // What is no TOML is refused anyway, with its line.
    if (!(error instanceof TomlSyntaxError)) throw error;
  }
}
