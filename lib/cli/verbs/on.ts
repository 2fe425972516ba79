import { runHostScript } from "../installation.ts";
import type { VerbContext } from "../verb.ts";

export async function run(context: VerbContext): Promise<number> {
  return runHostScript(context, "scripts/host/way.sh", ["on"]);
}
