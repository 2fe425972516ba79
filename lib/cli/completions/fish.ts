import { type CompletedOption, completedVerbs, quickstartOptions } from "./model.ts";

export function fishCompletions(): string {
  const verbs = completedVerbs();
  const lines = verbs.flatMap(({ name, summary, options, words, files, isOfServer }) =>
    (isOfServer ? ["ccmctl", "ccm-start"] : ["ccmctl"]).flatMap((program) => {
      const behind = `complete -c ${program} -n ${word(`__fish_seen_subcommand_from ${name}`)}`;
      return [
        `complete -c ${program} -n __fish_use_subcommand -a ${name} -d ${word(summary)}`,
        ...options.map((option) => `${behind}${optionWords(option)}`),
        ...words.map((choice) => `${behind} -a ${choice}`),
        ...(files ? [`${behind} -F`] : []),
      ];
    }),
  );
  return `# ccmctl, ccm-start and ccm-quickstart for fish; made by: ccmctl completions fish
complete -c ccmctl -f
complete -c ccm-start -f
complete -c ccm-quickstart -f
${lines.join("\n")}
${quickstartOptions()
  .map((option) => `complete -c ccm-quickstart${optionWords(option)}`)
  .join("\n")}
`;
}

function optionWords({ long, short, help, value, words }: CompletedOption): string {
  const takes = { file: " -r -F", words: ` -x -a ${word(words.join(" "))}`, other: " -x" };
  const letter = short === undefined ? "" : ` -s ${short.slice(1)}`;
  const said = help === "" ? "" : ` -d ${word(help)}`;
  return ` -l ${long.slice(2)}${letter}${value === undefined ? "" : takes[value]}${said}`;
}

/** In fish's single quotes, `\` and `'` are written with a `\` before them. */
function word(text: string): string {
  return `'${text.replace(/[\\']/g, "\\$&")}'`;
}
