# shellcheck shell=bash
# shellcheck disable=SC2034 # much of this is for those who source it
# What every script of the host side needs: to talk, to undo, to find things. To be sourced with $here set.
: "${here:?is the directory of the script that sources this}"

root="$here"
# shellcheck source=bin/launch.sh
source "$here/bin/launch.sh" # for find_node: the same search as when a command is started

readonly PRODUCT=claude-code-mux
# How Claude Code finds the proxy. extension.yaml says the same to the host.
readonly ENVIRONMENT=(
  "ANTHROPIC_BASE_URL=http://127.0.0.1:13456"
  "ANTHROPIC_API_KEY=ccm-proxy"
  "CLAUDE_CODE_GATEWAY_HINT_HEADERS=1"
  "CLAUDE_CODE_ENABLE_GATEWAY_MODEL_DISCOVERY=1"
)

# ---- one run, which happens or does not -----------------------------------------------------------------------------

workspace="" # where we are installed
versions=""  # the folder in it that holds each version, and the links current and previous
work=""      # a folder that goes away at the end
node=""

# Begins a run: from here on every failure puts back what was remembered and says its reason last. A script that has
# more to tidy up defines at_end.
begin() {
  reason="" touched=() made=()
  work="$(mktemp -d "${TMPDIR:-/tmp}/$PRODUCT.XXXXXX")"
  trap finish EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  trap 'reason="${reason:-\"$BASH_COMMAND\" failed.}"' ERR
  workspace="$(find_workspace)"
  versions="$workspace/lib/$PRODUCT"
}

say() { printf '%s\n' "$*"; }

# Ends the run: everything is put back, and the reason is the last that is printed.
fail() {
  reason="$*"
  exit 1
}

finish() {
  local status=$?
  trap - EXIT ERR
  trap '' INT TERM HUP
  set +e # go on with the rest, whatever cannot be put back
  if declare -f at_end >/dev/null; then at_end; fi
  if [ "$status" -ne 0 ]; then
    put_back
    printf 'Nothing was changed: %s\n' "${reason:-stopped by a signal.}" >&2
  fi
  rm -rf "$work"
  exit "$status"
}

# Keeps what is at a path now; put_back restores it.
remember() {
  local copy="$work/before-${#touched[@]}"
  if [ -e "$1" ] || [ -L "$1" ]; then cp -a "$1" "$copy"; fi
  touched+=("$1")
}

# Makes a directory and those above it, as far as they are missing.
make_directory() {
  if [ -d "$1" ]; then return; fi
  make_directory "$(dirname "$1")"
  mkdir "$1" 2>/dev/null || fail "$1 cannot be made. Set WORKSPACE to a directory of yours, then run this again."
  made+=("$1")
}

# write_file FILE MODE: writes what comes in to a file, in one step.
write_file() {
  local next="$1.$$"
  remember "$1"
  remember "$next"
  (umask 077 && cat >"$next")
  chmod "$2" "$next"
  mv "$next" "$1"
}

put_back() {
  local i
  for ((i = ${#touched[@]} - 1; i >= 0; i--)); do
    rm -rf "${touched[i]}"
    if [ -e "$work/before-$i" ] || [ -L "$work/before-$i" ]; then mv "$work/before-$i" "${touched[i]}"; fi
  done
  for ((i = ${#made[@]} - 1; i >= 0; i--)); do rmdir "${made[i]}" 2>/dev/null || true; done
  touched=() made=()
}

# ---- finding --------------------------------------------------------------------------------------------------------

# The workspace that this script lies in, if it is an installed one; else $WORKSPACE; else the first of /workspace and
# ~/workspace that is there, or can be made. The program looks in the same order.
find_workspace() {
  if [[ "$here" == */lib/"$PRODUCT"/* && -L "${here%/*}/current" ]]; then
    say "${here%/lib/"$PRODUCT"/*}"
  elif [ -n "${WORKSPACE:-}" ]; then
    case "$WORKSPACE" in /*) say "${WORKSPACE%/}" ;; *) say "$PWD/${WORKSPACE%/}" ;; esac
  elif [ -d /workspace ]; then
    say /workspace
  elif [ -d "$HOME/workspace" ] || ! [ -w / ]; then
    say "$HOME/workspace"
  else
    say /workspace
  fi
}

# Sets $node to the real path of a Node that is new enough: what version managers put on PATH answers differently from
# folder to folder.
need_node() {
  node="$(find_node 2>"$work/complaint")" || fail "$(cat "$work/complaint")"
  node="$("$node" -p process.execPath)"
}

# A word in single quotes, as sh, bash, zsh and fish read it alike.
quoted() {
  local quote="'\\''"
  printf "'%s'" "${1//\'/$quote}"
}

# Prints a field of a JSON file; nothing when there is no such file or field.
json_field() {
  "$node" -e 'try { console.log(JSON.parse(require("fs").readFileSync(process.argv[1]))[process.argv[2]] ?? "") } catch {}' "$1" "$2"
}
