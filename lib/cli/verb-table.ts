import { CLAUDE_CODE_VERBS } from "./table/claude-code.ts";
import { CONFIGURATION_VERBS } from "./table/configuration.ts";
import { INSTALLATION_VERBS } from "./table/installation.ts";
import { SERVER_VERBS } from "./table/server.ts";
import { TRY_IT_VERBS } from "./table/try-it.ts";
import { WATCHING_VERBS } from "./table/watching.ts";
import type { VerbSpec } from "./verb.ts";

/** Every verb of ccmctl in words, in the order in which the help shows them. What they do is in `verbs/`. */
export const VERBS = {
  ...SERVER_VERBS,
  ...CLAUDE_CODE_VERBS,
  ...CONFIGURATION_VERBS,
  ...WATCHING_VERBS,
  ...TRY_IT_VERBS,
  ...INSTALLATION_VERBS,
} as const satisfies Readonly<Record<string, VerbSpec>>;

export type VerbName = keyof typeof VERBS;

export const VERB_NAMES = Object.keys(VERBS) as VerbName[];

export function isVerb(word: string): word is VerbName {
  return Object.hasOwn(VERBS, word);
}

/** The same, seen as any verb. */
export function verbSpec(name: VerbName): VerbSpec {
  return VERBS[name];
}
