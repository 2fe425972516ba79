# shellcheck shell=bash disable=SC2154 # common.sh sets what is not set here
# The lines that let new shells point Claude Code at the proxy: in, renewed, switched off and on, and out again to the byte.
# To be sourced after common.sh.

readonly BLOCK_START="# >>> $PRODUCT >>>"
readonly BLOCK_END="# <<< $PRODUCT <<<"
readonly FILE_IS_OURS="(this file was made for it)"
# Stands before a line that `ccmctl off` has switched off.
readonly OFF="# $PRODUCT off: "

# The files in which shells find their environment: those of bash always, others where the shell is used.
shell_files() {
  local shell="${SHELL:-}" file
  say "$HOME/.bashrc"
  say "$HOME/.profile"
  for file in "$HOME/.bash_profile" "$HOME/.bash_login"; do
    if [ -e "$file" ]; then say "$file"; fi
  done
  file="${ZDOTDIR:-$HOME}/.zshrc"
  if [ -e "$file" ] || [ "${shell##*/}" = zsh ]; then say "$file"; fi
  file="${XDG_CONFIG_HOME:-$HOME/.config}/fish/config.fish"
  if [ -d "$(dirname "$file")" ] || [ "${shell##*/}" = fish ]; then say "$file"; fi
}

add_shell_env() {
  local file
  read_client_environment
  while IFS= read -r file; do add_block "$(follow_links "$file")"; done < <(shell_files)
}

# Sets $client_environment to the variables of $ENVIRONMENT as the configuration that is there wants them: its port may be
# another. A key that opens something does not belong into a shell file; its value is left empty.
# shellcheck disable=SC2016 # the dollar signs are JavaScript's
read_client_environment() {
  local line
  client_environment=()
  while IFS= read -r line; do client_environment+=("$line"); done < <(
    "$workspace/bin/ccmctl" env --json | "$node" -e '
      const { set } = JSON.parse(require("fs").readFileSync(0, "utf8"));
      for (const pair of process.argv.slice(1)) {
        const name = pair.split("=")[0];
        const isSecret = name === "ANTHROPIC_API_KEY" && pair !== `${name}=${set[name]}`;
        if (set[name] !== undefined) console.log(`${name}=${isSecret ? "" : set[name]}`);
      }' "${ENVIRONMENT[@]}"
  )
  [ ${#client_environment[@]} -gt 0 ] || fail "ccmctl env does not say how Claude Code finds the proxy."
}

# Puts our block at the top of a file, or renews it. At the top it reaches shells that leave the file early because they
# are not interactive, and what the user sets further down wins.
add_block() {
  local file="$1" note=""
  make_directory "$(dirname "$file")"
  remember "$file"
  if ! [ -e "$file" ]; then
    : >"$file"
    note=" $FILE_IS_OURS"
  elif grep -qF "$BLOCK_START $FILE_IS_OURS" "$file"; then
    note=" $FILE_IS_OURS"
  fi
  without_block "$file" >"$work/rest"
  {
    say "$BLOCK_START$note"
    say "# Written by install.sh --shell-env; uninstall.sh takes it out again."
    shell_lines "$file" "$work/rest"
    say "$BLOCK_END"
    cat "$work/rest"
  } >"$work/whole"
  rewrite "$file" "$work/whole"
}

# What the block says, in the language of the shell that reads the file. Who sets the address himself keeps his way.
shell_lines() {
  local file="$1" rest="$2" variable
  if [[ "$file" == *.fish ]]; then
    say "contains -- $(quoted "$workspace/bin") \$PATH; or set -gx PATH $(quoted "$workspace/bin") \$PATH"
  else
    say "case \":\$PATH:\" in *:$(quoted "$workspace/bin"):*) ;; *) export PATH=$(quoted "$workspace/bin"):\"\$PATH\" ;; esac"
  fi
  if grep -Eq '^[[:space:]]*((export[[:space:]]+)?ANTHROPIC_BASE_URL=|set[[:space:]].*ANTHROPIC_BASE_URL([[:space:]]|$))' "$rest"; then
    say "$file sets ANTHROPIC_BASE_URL itself, which was left alone." >&2
    return
  fi
  for variable in "${client_environment[@]}"; do
    if [ -z "${variable#*=}" ]; then
      say "# ${variable%%=*}: the proxy asks for a key of yours, which is not written here. ccmctl code brings it along."
    elif [[ "$file" == *.fish ]]; then
      say "set -gx ${variable%%=*} \"${variable#*=}\""
    else
      say "export ${variable%%=*}=\"${variable#*=}\""
    fi
  done
}

# Prints a file without our block, to the byte. A block whose end is missing stays.
without_block() {
  local line end held=""
  while end=$'\n' && { IFS= read -r line || { end="" && [ -n "$line" ]; }; }; do
    if [ -n "$held" ] || [[ "$line" == "$BLOCK_START"* ]]; then
      held+="$line$end"
      if [ "$line" = "$BLOCK_END" ]; then held=""; fi
    else
      printf '%s%s' "$line" "$end"
    fi
  done <"$1"
  printf '%s' "$held"
}

# Gives a file new content in one step; its mode stays. Does nothing where nothing changes.
rewrite() {
  if cmp -s "$1" "$2"; then return; fi
  { cp -p "$1" "$1.ccm-$$" && cat "$2" >"$1.ccm-$$" && mv "$1.ccm-$$" "$1"; } || fail "$1 cannot be written to."
}

# The file that is meant where links lead to it: replacing a link would cut it off from the user's collection.
follow_links() {
  local path="$1" to
  while [ -L "$path" ]; do
    to="$(readlink "$path")"
    case "$to" in /*) path="$to" ;; *) path="$(dirname "$path")/$to" ;; esac
  done
  say "$path"
}

# Is this the address under which we have told Claude Code to find the proxy?
is_our_address() {
  local file
  if [ "ANTHROPIC_BASE_URL=$1" = "${ENVIRONMENT[0]}" ]; then return; fi
  while IFS= read -r file; do
    if sed -n "/^$BLOCK_START/,/^$BLOCK_END/p" "$file" 2>/dev/null | grep -qF "ANTHROPIC_BASE_URL=\"$1\""; then return; fi
  done < <(shell_files)
  return 1
}

# Sets $host_lines to the lines that a host writes into .bashrc from extension.yaml.
read_host_lines() {
  local variable
  host_lines=()
  for variable in "${ENVIRONMENT[@]}"; do host_lines+=("export ${variable%%=*}=\"${variable#*=}\""); done
}

# is_one_of LINE LINES...
is_one_of() {
  local line="$1" other
  shift
  for other in "$@"; do
    if [ "$line" = "$other" ]; then return; fi
  done
  return 1
}

# ---- off and on -----------------------------------------------------------------------------------------------------

# shellcheck disable=SC2094 # nothing is written to the file here
# switched FILE off|on: prints it with our settings commented out, or in again, to the byte. The way to our commands stays.
switched() {
  local file="$1" to="$2" line end inside=false has_end=false
  if grep -qxF -- "$BLOCK_END" "$file"; then has_end=true; fi # else all that follows would be taken for ours
  while end=$'\n' && { IFS= read -r line || { end="" && [ -n "$line" ]; }; }; do
    case "$line" in
      "$BLOCK_START"*) inside=$has_end ;;
      "$BLOCK_END") inside=false ;;
    esac
    if [ "$to" = on ] && [[ "$line" == "$OFF"* ]]; then
      line="${line#"$OFF"}"
      # A host may have written it anew in the meantime.
      if grep -qxF -- "$line" "$file"; then continue; fi
    elif [ "$to" = off ]; then
      if is_one_of "$line" "${host_lines[@]}" || { $inside && [[ "$line" =~ ^(export|set -gx)\  ]]; }; then line="$OFF$line"; fi
    fi
    printf '%s%s' "$line" "$end"
  done <"$file"
}

# ---- out again ------------------------------------------------------------------------------------------------------

# Takes our block out of every shell file, and out of .bashrc what the host has written for us. Lines of the same
# variables with other values are the user's.
remove_shell_lines() {
  local file
  read_host_lines
  while IFS= read -r file; do
    file="$(follow_links "$file")"
    if [ -f "$file" ]; then remove_lines "$file"; fi
  done < <(shell_files)
}

remove_lines() {
  local file="$1" made_by_us=false
  if grep -qF "$BLOCK_START $FILE_IS_OURS" "$file"; then made_by_us=true; fi
  without_block "$file" >"$work/rest"
  without_host_lines "$work/rest" >"$work/whole"
  remember "$file"
  if $made_by_us && ! [ -s "$work/whole" ]; then rm "$file"; else rewrite "$file" "$work/whole"; fi
  if grep -q '^export ANTHROPIC_BASE_URL=' "$work/whole"; then
    say "$file sets ANTHROPIC_BASE_URL to something else; that was left alone."
  fi
}

# Prints a file without the lines that a host writes, switched on or off, to the byte.
without_host_lines() {
  local line end
  while end=$'\n' && { IFS= read -r line || { end="" && [ -n "$line" ]; }; }; do
    if is_one_of "${line#"$OFF"}" "${host_lines[@]}" "export PATH=\"$workspace/bin:\$PATH\""; then continue; fi
    printf '%s%s' "$line" "$end"
  done <"$1"
}
