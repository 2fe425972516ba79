import { isOfNpm, packageRoot, runHostScript } from "../installation.ts";
import { CommandFailed, stringValue, type VerbContext } from "../verb.ts";

/** The work is `upgrade.sh`'s, which also hosts call. */
export async function run(context: VerbContext): Promise<number> {
  if (isOfNpm(packageRoot())) {
    throw new CommandFailed("This program was installed by npm, which upgrades it:", [
      "npm install -g claude-code-mux@latest",
      "Then: ccmctl restart",
    ]);
  }
  const to = stringValue(context, "to");
  const rollback = context.values.rollback === true;
  return runHostScript(context, "upgrade.sh", [
    ...(to === undefined ? [] : ["--to", to]),
    ...(rollback ? ["--rollback"] : []),
  ]);
}
