import * as clack from "@clack/prompts";
import { readTemplate } from "../../config/create.ts";
import { maskSecret } from "../../config/mask.ts";
import { prepareFolder } from "../config-file.ts";
import { readConfig } from "../configuration.ts";
import { editConfig } from "../edit-config.ts";
import { counted, EXIT, type Terminal, tildePath, wrap } from "../terminal.ts";
import { CommandFailed } from "../verb.ts";
import { nextSteps, startNow } from "./finish.ts";
import { impossibleKey, keyFromEnvironment, keySource, unlikelyKey } from "./keys.ts";
import { PRESET_NAMES, type PresetName, preset } from "./presets.ts";
import { type Session, writePreset, writtenWords } from "./session.ts";
import { SUBSCRIPTION_TERMS } from "./terms.ts";

/** The user pressed Ctrl-C or Escape, or chose to cancel. */
class Cancelled extends Error {
  override readonly name = "Cancelled";
}

/** Asks step by step. Nothing is written before the last question about the configuration is answered. */
export async function runInteractive(session: Session): Promise<number> {
  clack.intro(session.terminal.paint.bold("claude-code-mux: set-up"));
  try {
    return await walkThrough(session);
  } catch (error) {
    if (error instanceof Cancelled) {
      clack.cancel("Cancelled. Nothing was changed.");
      return EXIT.failed;
    }
    if (!(error instanceof CommandFailed)) throw error;
    clack.log.error([error.message, ...error.advice].join("\n"));
    clack.outro("That did not work.");
    return error.exitCode;
  }
}

async function walkThrough(session: Session): Promise<number> {
  const choice = session.exists ? await askAboutExisting(session) : "overwrite";
  if (choice === "cancel") throw new Cancelled();
  if (choice === "keep") return finish(session, undefined);
  if (choice === "edit") {
    const result = await editConfig(session.path, session);
    clack.log.success(result === "saved" ? `Saved ${tildePath(session.path, session.env)}.` : "Nothing was changed.");
    return offerStart(session, undefined);
  }
  const name = session.options.preset ?? (await choosePreset(session));
  if (name === "custom") await writeCustom(session);
  else clack.log.success(writtenWords(session, await writePreset(session, name, await askKeys(session, name))));
  return offerStart(session, name);
}

async function askAboutExisting({ path, env }: Session): Promise<"keep" | "edit" | "overwrite" | "cancel"> {
  const { faults, settings } = await readConfig(env, path);
  const state =
    settings && faults.length === 0
      ? `valid, ${counted(settings.providers.size, "provider")}`
      : counted(faults.length, "fault");
  return answer(
    await clack.select({
      message: `There is a configuration already: ${tildePath(path, env)} (${state})`,
      options: [
        { value: "keep" as const, label: "Keep it and start the server" },
        { value: "edit" as const, label: "Edit it", hint: "in your editor; only a sound result is kept" },
        { value: "overwrite" as const, label: "Replace it by a preset", hint: "a backup is made" },
        { value: "cancel" as const, label: "Cancel" },
      ],
    }),
  );
}

async function choosePreset({ terminal }: Session): Promise<PresetName> {
  const width = Math.max(...PRESET_NAMES.map((name) => preset(name).title.length));
  for (;;) {
    const name = answer(
      await clack.select({
        message: "What do you want to use?",
        options: PRESET_NAMES.map((value, at) => ({
          value,
          label: `${at + 1}  ${preset(value).title.padEnd(width)}  ${terminal.paint.dim(preset(value).hint)}`,
        })),
      }),
    );
    if (preset(name).logins.length === 0 || (await agreeToTerms(terminal))) return name;
  }
}

async function agreeToTerms({ columns }: Terminal): Promise<boolean> {
  const paragraphs = SUBSCRIPTION_TERMS.map((term) => wrap(term, Math.min(columns, 90) - 8).join("\n"));
  clack.note(paragraphs.join("\n\n"), "Before you use a subscription");
  return answer(await clack.confirm({ message: "Go on with subscriptions?" }));
}

async function askKeys({ env, options }: Session, name: PresetName): Promise<Record<string, string>> {
  const keys: Record<string, string> = {};
  for (const provider of preset(name).keys) {
    keys[provider] = options.keys[provider] ?? (await askKey(provider, env));
  }
  return keys;
}

async function askKey(provider: string, env: NodeJS.ProcessEnv): Promise<string> {
  const source = keySource(provider);
  const { label, keyUrl } = source.type;
  const found = keyFromEnvironment(source, env);
  if (found) {
    const message = `${label}: use the key in $${found.name} (${maskSecret(found.key)})?`;
    if (answer(await clack.confirm({ message }))) return found.key;
  }
  let doubted = "";
  const typed = await clack.password({
    message: `Key of ${label}${keyUrl === undefined ? "" : ` (made at ${keyUrl})`}`,
    validate: (value = "") => {
      const unlikely = unlikelyKey(value, source.type);
      const complaint = impossibleKey(value) ?? (value === doubted ? undefined : unlikely);
      if (complaint !== undefined && complaint === unlikely) {
        doubted = value;
        return `${complaint} Enter again to use it all the same.`;
      }
      return complaint;
    },
  });
  return answer(typed).trim();
}

async function writeCustom(session: Session): Promise<void> {
  const { path, env } = session;
  clack.log.step("Your editor opens with the full template. Take the # away in front of what you want to use.");
  await prepareFolder(path);
  await editConfig(path, session, await readTemplate("custom"));
  clack.log.success(`Saved ${tildePath(path, env)}.`);
}

async function offerStart(session: Session, name: PresetName | undefined): Promise<number> {
  const start = session.options.start || (await clack.confirm({ message: "Start the server now?" })) === true;
  if (start) return finish(session, name);
  clack.outro(["Done. Next:", ...nextSteps(session, name, undefined)].join("\n"));
  return EXIT.ok;
}

async function finish(session: Session, name: PresetName | undefined): Promise<number> {
  const { url, words } = await startNow(session);
  clack.log.success(words);
  clack.outro(["Done. Next:", ...nextSteps(session, name, url)].join("\n"));
  return EXIT.ok;
}

function answer<T>(value: T): Exclude<T, symbol> {
  if (clack.isCancel(value)) throw new Cancelled();
  return value as Exclude<T, symbol>;
}
