import { clientEnv, PROFILES, SHELLS, setLine, shellOf, unsetLine, variablesOfOurs } from "../client-env.ts";
import { clientConnection } from "../connection.ts";
import { EXIT } from "../terminal.ts";
import { stringValue, type VerbContext } from "../verb.ts";

export async function run(context: VerbContext): Promise<number> {
  const { terminal, env, values } = context;
  const shell = SHELLS.find((name) => name === stringValue(context, "shell")) ?? shellOf(env);
  const connection = await clientConnection(context);
  if (values.unset === true) {
    const names = variablesOfOurs(env, connection);
    if (values.json === true) terminal.out(JSON.stringify({ unset: names }, null, 2));
    else for (const name of names) terminal.out(unsetLine(shell, name));
    return EXIT.ok;
  }
  const profile = PROFILES.find((name) => name === stringValue(context, "profile")) ?? connection.profile;
  const { set, unset } = clientEnv({ ...connection, profile }, env);
  const inTheWay = unset.filter((name) => env[name] !== undefined);
  if (values.json === true) {
    terminal.out(JSON.stringify({ set, unset: inTheWay }, null, 2));
    return EXIT.ok;
  }
  for (const name of inTheWay) terminal.out(unsetLine(shell, name));
  for (const [name, value] of Object.entries(set)) terminal.out(setLine(shell, name, value));
  if (terminal.interactive) terminal.err(terminal.paint.dim(howToUse(shell)));
  return EXIT.ok;
}

function howToUse(shell: (typeof SHELLS)[number]): string {
  const line = shell === "fish" ? "ccmctl env --shell fish | source" : 'eval "$(ccmctl env)"';
  return `# These lines do nothing by themselves. To use them in this shell: ${line}`;
}
