import { EXIT, tildePath } from "../terminal.ts";
import { CommandFailed } from "../verb.ts";
import { nextSteps, startNow } from "./finish.ts";
import { impossibleKey, keyFromEnvironment, keySource, unlikelyKey } from "./keys.ts";
import { type PresetName, preset } from "./presets.ts";
import { type Session, writePreset, writtenWords } from "./session.ts";
import { SUBSCRIPTION_TERMS } from "./terms.ts";

/** Sets up a preset without asking anything. @throws {CommandFailed} before anything is written */
export async function runScripted(session: Session, name: PresetName): Promise<number> {
  const { terminal, env, options, path, exists } = session;
  if (exists && !options.yes) {
    throw new CommandFailed(`${tildePath(path, env)} is there already, and nothing was changed.`, [
      "To replace it (a backup is made): --yes",
    ]);
  }
  const keys = Object.fromEntries(preset(name).keys.map((provider) => [provider, keyFor(session, provider)]));
  if (preset(name).logins.length > 0)
    for (const term of SUBSCRIPTION_TERMS) terminal.err(`${terminal.paint.yellow("!")} ${term}`);
  const backup = await writePreset(session, name, keys);
  terminal.out(`${terminal.paint.green("✔")} ${writtenWords(session, backup)}`);
  const started = options.start ? await startNow(session) : undefined;
  if (started) terminal.out(`${terminal.paint.green("✔")} ${started.words}`);
  terminal.out();
  for (const line of nextSteps(session, name, started?.url)) terminal.out(line);
  return EXIT.ok;
}

function keyFor({ terminal, env, options }: Session, provider: string): string {
  const source = keySource(provider);
  const given = options.keys[provider]?.trim();
  const key = given ?? keyFromEnvironment(source, env)?.key;
  if (key === undefined) {
    throw new CommandFailed(
      `The key of ${source.type.label} is missing.`,
      [`Give it as --${source.option} KEY, or in ${source.variables[0]}.`],
      EXIT.usage,
    );
  }
  const impossible = impossibleKey(key);
  if (impossible) throw new CommandFailed(`--${source.option}: ${impossible}`, [], EXIT.usage);
  const unlikely = unlikelyKey(key, source.type);
  if (unlikely) terminal.err(`${terminal.paint.yellow("!")} ${unlikely}`);
  return key;
}
