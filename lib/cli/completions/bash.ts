import { type CompletedOption, completedVerbs, quickstartOptions } from "./model.ts";

/** For bash 3.2 and later, without the bash-completion package. */
export function bashCompletions(): string {
  const verbs = completedVerbs();
  const names = (wanted: typeof verbs) => wanted.map(({ name }) => name).join(" ");
  const values = verbs.flatMap(({ name, options }) => options.flatMap((option) => valueCase(`${name}:`, option)));
  const words = verbs.map(
    ({ name, options, words, files }) =>
      `    ${name}) words="${spellings(options).join(" ")}" first="${words.join(" ")}" files="${files ? "yes" : ""}" ;;`,
  );
  return `# ccmctl, ccm-start and ccm-quickstart for bash; made by: ccmctl completions bash
_ccmctl() {
  local current="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" verbs verb="" words="" first="" files="" at=0 i
  verbs="${names(verbs)}"
  if [ "\${COMP_WORDS[0]##*/}" = ccm-start ]; then verbs="${names(verbs.filter(({ isOfServer }) => isOfServer))}"; fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case " $verbs " in *" \${COMP_WORDS[i]} "*) verb="\${COMP_WORDS[i]}" at=$i && break ;; esac
  done
  case "$verb:$before" in
${values.join("\n")}
  esac
  case "$verb" in
    "") words="$verbs help --help --version" ;;
${words.join("\n")}
  esac
  if [ -n "$first" ] && [ "$COMP_CWORD" -eq $((at + 1)) ]; then words="$first $words" files=""; fi
  _ccmctl_reply "$current" "$words" "$files"
}
_ccm_quickstart() {
  local current="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}"
  case ":$before" in
${quickstartOptions()
  .flatMap((option) => valueCase(":", option))
  .join("\n")}
  esac
  _ccmctl_reply "$current" "${spellings(quickstartOptions()).join(" ")}" ""
}
_ccmctl_reply() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -W "$2" -- "$1")
  if [ -n "$3" ] && [ "\${1#-}" = "$1" ]; then
    while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$1")
  fi
}
complete -o filenames -F _ccmctl ccmctl ccm-start
complete -o filenames -F _ccm_quickstart ccm-quickstart
`;
}

function spellings(options: readonly CompletedOption[]): string[] {
  return options.flatMap(({ long, short }) => (short === undefined ? [long] : [long, short]));
}

function valueCase(prefix: string, option: CompletedOption): string[] {
  if (option.value === undefined) return [];
  const pattern = spellings([option])
    .map((spelling) => `${prefix}${spelling}`)
    .join(" | ");
  return [
    `    ${pattern}) _ccmctl_reply "$current" "${option.words.join(" ")}" "${option.value === "file" ? "yes" : ""}" && return ;;`,
  ];
}
