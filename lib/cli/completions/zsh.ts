import { type CompletedOption, completedVerbs, quickstartOptions } from "./model.ts";

/** For zsh with its completion system (compinit). */
export function zshCompletions(): string {
  const verbs = completedVerbs();
  const described = (wanted: typeof verbs) => wanted.map(({ name, summary }) => word(`${name}:${summary}`)).join(" ");
  const cases = verbs.map(({ name, options, words, files }) => {
    const operands = [
      ...(words.length > 0 ? [word(`1: :(${words.join(" ")})`)] : []),
      ...(files ? [word("*:file:_files")] : []),
    ];
    return `      ${name}) _arguments -s ${[...options.flatMap(specs), ...operands].join(" ")} ;;`;
  });
  return `#compdef ccmctl ccm-start ccm-quickstart
# ccmctl, ccm-start and ccm-quickstart for zsh; made by: ccmctl completions zsh
_ccmctl() {
  local -a verbs
  local verb=\${words[2]}
  verbs=(${described(verbs)})
  if [[ \${service:-\${words[1]:t}} == ccm-start ]]; then verbs=(${described(verbs.filter(({ isOfServer }) => isOfServer))}); fi
  if (( CURRENT == 2 )); then
    _describe -t verbs verb verbs
    return
  fi
  shift words
  (( CURRENT-- ))
  case $verb in
${cases.join("\n")}
  esac
}
_ccm_quickstart() {
  _arguments -s ${quickstartOptions().flatMap(specs).join(" ")}
}
compdef _ccmctl ccmctl ccm-start
compdef _ccm_quickstart ccm-quickstart
`;
}

/** One for each spelling, as _arguments wants them. */
function specs({ long, short, help, value, words }: CompletedOption): string[] {
  const action = value === "file" ? "_files" : value === "words" ? `(${words.join(" ")})` : " ";
  const takes = value === undefined ? "" : `:value:${action}`;
  const explained = help === "" ? "" : `[${help.replace(/[[\]:\\]/g, "\\$&")}]`;
  return [long, ...(short === undefined ? [] : [short])].map((spelling) => word(`${spelling}${explained}${takes}`));
}

function word(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
